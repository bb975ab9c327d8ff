import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { waitFor } from './wait-for.js';

export interface ServiceProcessOptions {
  /** The folder under `apps`; the app must be built. */
  readonly app: string;
  readonly natsUrl: string;
  /** Added to the environment of this process; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Default 120,000; a cached model loads in much less. */
  readonly readyWithinMs?: number;
  /** The address that must answer 200: `/healthz` for a gateway without services. Default `/readyz`. */
  readonly startedWhen?: '/healthz' | '/readyz';
}

/** The exit code of a process, or the signal that ended it. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A built service in its own process. */
export interface TestServiceProcess {
  /** The address of `/healthz`, `/readyz` and `/metrics`. */
  readonly url: string;
  readonly pid: number;
  /** Its output so far. */
  log(): string;
  /** Sends SIGTERM and resolves when the process has ended; may be called again. */
  stop(): Promise<ProcessEnd>;
  /** Sends SIGKILL; may be called after `stop`. */
  kill(): Promise<ProcessEnd>;
}

const APPS = join(import.meta.dirname, '..', '..', '..', 'apps');

/** Starts a built service and waits until it is ready; throws with its log if it exits early or takes too long. */
export async function startServiceProcess(options: ServiceProcessOptions): Promise<TestServiceProcess> {
  const { app, natsUrl, env, readyWithinMs = 120_000, startedWhen = '/readyz' } = options;
  const child = spawn(process.execPath, [join(APPS, app, 'dist', 'main.js')], {
    env: {
      ...process.env,
      LLMOS_NATS_URL: natsUrl,
      // A test server keeps its data in memory.
      LLMOS_NATS_DURABILITY: 'relaxed',
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
    if (url === undefined) return false;
    // A process that was busy may have closed the connection on which it is asked.
    const reply = await fetch(new URL(startedWhen, url)).catch(() => undefined);
    return reply?.ok ?? false;
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
