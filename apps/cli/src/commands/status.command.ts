import { memoryOf } from '../instance/process-identity.js';
import { probe } from '../supervisor/supervisor.js';
import { missing } from '../supervisor/wait-until-ready.js';
import { table } from '../terminal/table.js';
import { megabytes } from '../terminal/terminal.js';
import type { CommandContext } from './context.js';

interface ServiceStatus {
  readonly name: string;
  readonly state: 'ready' | 'loading' | 'failed' | 'running';
  /** Absent while it is being started again. */
  readonly pid?: number;
  readonly url?: string;
  readonly memoryBytes?: number;
  readonly message?: string;
}

/** Shows every process of the house. The exit code is 0 when all are ready, 1 when not, or when none runs. */
export async function status({ instance, terminal }: CommandContext, { json }: { json?: boolean }): Promise<number> {
  const state = instance.running();
  if (!state) {
    terminal.line(
      json
        ? JSON.stringify({ running: false, services: [] })
        : 'LLM OS is not running → run `npm start`, or `npx llmos up`',
    );
    return 1;
  }
  const plain = (name: string, pid: number, url?: string): ServiceStatus => ({
    name,
    state: 'running',
    pid,
    url,
    memoryBytes: memoryOf(pid),
  });
  const services: ServiceStatus[] = [
    ...(await Promise.all(state.services.map(serviceStatus))),
    ...(state.natsPid ? [plain('nats-server', state.natsPid, state.natsUrl)] : []),
    plain('supervisor', state.pid),
  ];
  const memoryBytes = services.reduce((sum, service) => sum + (service.memoryBytes ?? 0), 0);
  const ready =
    state.services.length > 0 && services.every((service) => service.state === 'ready' || service.state === 'running');
  if (json) {
    terminal.line(
      JSON.stringify({
        running: true,
        ready,
        url: state.url,
        tracesUrl: state.tracesUrl,
        startedAt: state.startedAt,
        logFile: instance.logFile,
        memoryBytes,
        services,
      }),
    );
  } else {
    const rows = services.map((service) => [
      service.name,
      service.state,
      service.pid ?? '',
      service.memoryBytes ? megabytes(service.memoryBytes) : '',
      service.url ?? '',
      service.message ?? '',
    ]);
    terminal.line(
      table(
        ['service', 'state', 'pid', 'memory', 'address', ''],
        [...rows, ['in all', '', '', megabytes(memoryBytes), '', '']],
      ),
    );
    terminal.line(`\nUp since ${state.startedAt} · log: ${instance.logFile}`);
  }
  return ready ? 0 : 1;
}

async function serviceStatus({ name, pid, url }: { name: string; pid?: number; url?: string }): Promise<ServiceStatus> {
  if (pid === undefined)
    return { name, state: 'failed', message: 'has stopped and is being started again; see the log' };
  const health = await probe(name, url);
  const state = health.ready ? 'ready' : health.checks.some((check) => check.state === 'failed') ? 'failed' : 'loading';
  return { name, state, pid, url, memoryBytes: memoryOf(pid), ...(health.ready ? {} : { message: missing(health) }) };
}
