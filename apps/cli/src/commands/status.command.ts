import { waitingTasks } from '@llmos/bus';
import {
  describeChecks,
  loadOf,
  memoryOf,
  probe,
  type Instance,
  type InstanceState,
  type ProcessLoad,
  type ReplicaState,
} from '@llmos/supervisor';
import { table } from '../terminal/table.js';
import { megabytes } from '../terminal/terminal.js';
import type { CommandContext } from './context.js';

/** Memory is optional: everything is ready without it. */
const REDIS = 'redis-server';
/** For how long the reason of a death is shown, in milliseconds. */
const DEATH_SHOWN_MS = 3_600_000;

interface ProcessLine extends Partial<ProcessLoad>, Omit<ReplicaState, 'phase'> {
  readonly state: 'ready' | 'loading' | 'failed' | 'running' | 'starting' | 'leaving';
  /** Tasks of its service that no process has taken yet. */
  readonly waiting?: number | undefined;
  readonly memoryBytes?: number | undefined;
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
  const [replicas, waiting] = await Promise.all([Promise.all(state.services.map(replicaLine)), waitingIn(instance)]);
  const services = [
    ...replicas.map((replica) => ({ ...replica, waiting: waiting?.get(replica.service ?? replica.name) })),
    ...serversOf(state),
  ].map((line) => ({ ...line, ...(line.pid === undefined ? {} : { memoryBytes: memoryOf(line.pid) }) }));
  const memoryBytes = services.reduce((sum, { memoryBytes = 0 }) => sum + memoryBytes, 0);
  const ready = state.services.length > 0 && services.every(isUp);
  const { url, tracesUrl, startedAt } = state;
  const { logFile } = instance;
  if (json)
    terminal.line(JSON.stringify({ running: true, ready, url, tracesUrl, startedAt, logFile, memoryBytes, services }));
  else {
    const total = ['total', '', '', megabytes(memoryBytes), '', '', '', '', '', ''];
    const head = ['process', 'state', 'pid', 'memory', 'in work', 'waiting', 'restarts', 'breakers', 'address', ''];
    terminal.line(table(head, [...services.map(rowOf), total]));
    terminal.line('\nwaiting: tasks of the service that none of its processes has taken yet');
    terminal.line(`Up since ${startedAt} · log: ${logFile}`);
  }
  return ready ? 0 : 1;
}

/** A process that leaves is no fault: others have its place. */
function isUp({ name, state }: ProcessLine): boolean {
  return state !== 'loading' && state !== 'failed' ? true : name === REDIS;
}

async function replicaLine({ phase, ...replica }: ReplicaState): Promise<ProcessLine> {
  const [{ state, checks }, load] = await Promise.all([probe(replica), loadOf(replica.url)]);
  const messages = [
    ...(state === 'ready' || phase === 'leaving' ? [] : [describeChecks(checks)]),
    ...deathOf(replica),
    ...(replica.cpus ? [`on processor ${replica.cpus.join(', ')}`] : []),
  ];
  const message = messages.length === 0 ? {} : { message: messages.join('; ') };
  return { ...replica, ...load, state: phase ?? state, ...message };
}

function deathOf({ lastDeath }: ReplicaState): string[] {
  if (!lastDeath || Date.now() - Date.parse(lastDeath.at) > DEATH_SHOWN_MS) return [];
  return [`stopped at ${lastDeath.at.slice(11, 19)}: ${lastDeath.reason}`];
}

/** Undefined while the broker does not answer. */
async function waitingIn(instance: Instance): Promise<ReadonlyMap<string, number> | undefined> {
  const url = instance.running()?.natsUrl;
  if (!url) return undefined;
  return waitingTasks({ url, user: 'services', password: instance.credentials().services }).catch(() => undefined);
}

function serversOf({ brokers, redisPid, redisUrl, pid }: InstanceState): ProcessLine[] {
  return [
    ...brokers.map((broker) => ({ ...broker, state: broker.pid ? 'running' : 'failed' }) as const),
    ...(redisUrl
      ? [{ name: REDIS, state: redisPid ? 'running' : 'failed', pid: redisPid, url: redisUrl } as const]
      : []),
    { name: 'supervisor', state: 'running', pid },
  ];
}

function rowOf(line: ProcessLine): (string | number)[] {
  const { name, state, pid, memoryBytes, working, waiting, restarts, breakers = {}, url, message } = line;
  const all = Object.entries(breakers);
  const shown = all.filter(([, is]) => is !== 'closed').map(([breaker, is]) => `${breaker} ${is}`);
  return [
    name,
    state,
    pid ?? '',
    memoryBytes ? megabytes(memoryBytes) : '',
    working ?? '',
    waiting ?? '',
    restarts ?? '',
    shown.length > 0 ? shown.join(', ') : all.length > 0 ? 'all closed' : '',
    url ?? '',
    message ?? '',
  ];
}
