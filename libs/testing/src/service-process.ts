import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { waitFor } from './wait-for.js';

export interface ServiceProcessOptions {
  /** The folder under `apps`, which must be built. */
  readonly app: string;
  readonly natsUrl: string;
  /** On top of this process's own environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default 60,000: a model that is in the cache is loaded long before. */
  readonly readyWithinMs?: number;
  /** What must answer 200 before the process counts as started: `/healthz` for a gateway without services. Default `/readyz`. */
  readonly startedWhen?: '/healthz' | '/readyz';
}

/** How a process ended: by itself with a code, or by a signal. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A built service in a process of its own. */
export interface TestServiceProcess {
  /** Where it answers `/healthz`, `/readyz` and `/metrics`. */
  readonly url: string;
  readonly pid: number;
  /** What it has written so far. */
  log(): string;
  /** Asks it to leave (SIGTERM) and says how it did; safe to call again. */
  stop(): Promise<ProcessEnd>;
  /** Kills it as a crash would; safe after `stop`. */
  kill(): Promise<ProcessEnd>;
}

const APPS = join(import.meta.dirname, '..', '..', '..', 'apps');

/** Starts a built service and waits until it is ready; fails with its log when it dies early or takes too long. */
export async function startServiceProcess(options: ServiceProcessOptions): Promise<TestServiceProcess> {
  const { app, natsUrl, env, readyWithinMs = 60_000, startedWhen = '/readyz' } = options;
  const child = spawn(process.execPath, [join(APPS, app, 'dist', 'main.js')], {
    env: {
      ...process.env,
      LLMOS_NATS_URL: natsUrl,
      LLMOS_LOG_LEVEL: 'warn',
      LLMOS_EXIT_WITH_PARENT: '1',
      LLMOS_HEALTH_PORT: '0',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  let url: string | undefined;
  child.on('message', (message: { type?: string; url?: string }) => {
    if (message.type === 'listening') url = message.url;
  });
  let ended = false;
  const end = new Promise<ProcessEnd>((resolve) =>
    child.once('exit', (code, signal) => {
      ended = true;
      resolve({ code, signal });
    }),
  );
  const finish = (signal: NodeJS.Signals): Promise<ProcessEnd> => {
    if (!ended) child.kill(signal);
    return end;
  };
  const isReady = async (): Promise<boolean> => {
    if (ended) throw new Error(`the service ended with ${JSON.stringify(await end)}`);
    return url !== undefined && (await fetch(new URL(startedWhen, url))).ok;
  };
  try {
    await waitFor(`${app} to be ready`, isReady, readyWithinMs);
  } catch (error) {
    await finish('SIGKILL');
    throw new Error(`${app} did not start: ${output}`, { cause: error });
  }
  return {
    url: url!,
    pid: child.pid!,
    log: () => output,
    stop: () => finish('SIGTERM'),
    kill: () => finish('SIGKILL'),
  };
}
