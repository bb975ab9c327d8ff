import { describeChecks, memoryOf, probe, type InstanceState } from '@llmos/supervisor';
import { table } from '../terminal/table.js';
import { megabytes } from '../terminal/terminal.js';
import type { CommandContext } from './context.js';

/** Memory is optional: everything is ready without it. */
const REDIS = 'redis-server';

interface ProcessLine {
  readonly name: string;
  readonly state: 'ready' | 'loading' | 'failed' | 'running';
  /** Absent while the process restarts. */
  readonly pid?: number;
  readonly url?: string;
  readonly memoryBytes?: number;
  readonly message?: string;
}

/** `llmos status`: shows every process. The exit code is 0 when all are ready, 1 when not, or when none runs. */
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
  const services = (await processesOf(state)).map((process) => ({
    ...process,
    ...(process.pid === undefined ? {} : { memoryBytes: memoryOf(process.pid) }),
  }));
  const memoryBytes = services.reduce((sum, { memoryBytes = 0 }) => sum + memoryBytes, 0);
  const isUp = ({ name, state }: ProcessLine) => state === 'ready' || state === 'running' || name === REDIS;
  const ready = state.services.length > 0 && services.every(isUp);
  const { url, tracesUrl, startedAt } = state;
  const { logFile } = instance;
  if (json)
    terminal.line(JSON.stringify({ running: true, ready, url, tracesUrl, startedAt, logFile, memoryBytes, services }));
  else {
    const rows = services.map(({ name, state, pid, memoryBytes, url, message }) => [
      name,
      state,
      pid ?? '',
      memoryBytes ? megabytes(memoryBytes) : '',
      url ?? '',
      message ?? '',
    ]);
    const total = ['total', '', '', megabytes(memoryBytes), '', ''];
    terminal.line(table(['service', 'state', 'pid', 'memory', 'address', ''], [...rows, total]));
    terminal.line(`\nUp since ${startedAt} · log: ${logFile}`);
  }
  return ready ? 0 : 1;
}

async function processesOf({
  services,
  natsPid,
  natsUrl,
  redisPid,
  redisUrl,
  pid,
}: InstanceState): Promise<ProcessLine[]> {
  const statuses = await Promise.all(services.map(probe));
  return [
    ...statuses.map(({ checks, ...process }) => ({
      ...process,
      ...(process.state === 'ready' ? {} : { message: describeChecks(checks) }),
    })),
    ...(natsUrl
      ? [{ name: 'nats-server', state: natsPid ? 'running' : 'failed', pid: natsPid, url: natsUrl } as const]
      : []),
    ...(redisUrl
      ? [{ name: REDIS, state: redisPid ? 'running' : 'failed', pid: redisPid, url: redisUrl } as const]
      : []),
    { name: 'supervisor', state: 'running', pid },
  ];
}
