import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Instance } from './instance/instance.js';
import type { LogFile } from './instance/log-file.js';
import { findDocker, findProgram, isProgram } from './processes/find-program.js';
import { KeptProcess } from './processes/kept-process.js';
import { launchOnLeash, releaseLeash } from './processes/launch.js';

const OTLP_PORT = 4318;
const QUERY_PORT = 16686;
const IMAGE = 'jaegertracing/jaeger:2.11.0';
const START_LIMIT_MS = 20_000;
const STOP_GRACE_MS = 500;

/** Where traces are sent and where they can be viewed. */
export interface Traces {
  readonly otlpUrl: string;
  readonly viewUrl?: string;
  stop(): Promise<void>;
}

export interface TracesOptions {
  readonly instance: Instance;
  readonly log: LogFile;
  /** The folders in which programs are looked for, as in PATH. */
  readonly searchPath: string;
  /** A collector that is already running; none is started. */
  readonly otlpUrl?: string;
  /** The ports on which a running collector is looked for; those of Jaeger by default. */
  readonly ports?: { readonly otlp: number; readonly query: number };
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Finds or starts a trace collector: the one that is named, one that already listens, Jaeger 2 from the PATH or from
 * `<home>/bin`, or Jaeger in a container. Traces are optional: without a collector, the result is undefined and one
 * line is reported.
 */
export async function startTraces(options: TracesOptions): Promise<Traces | undefined> {
  const { otlpUrl, report, signal } = options;
  const stop = () => Promise.resolve();
  if (otlpUrl) return { otlpUrl, stop };
  const { otlp, query } = options.ports ?? { otlp: OTLP_PORT, query: QUERY_PORT };
  const local = { otlpUrl: `http://127.0.0.1:${otlp}`, viewUrl: `http://127.0.0.1:${query}` };
  if (await listens(otlp)) {
    report(`  traces are sent to the collector that already listens on port ${otlp}`);
    // Collectors other than Jaeger have no pages.
    return (await listens(query)) ? { ...local, stop } : { otlpUrl: local.otlpUrl, stop };
  }
  const command = await jaegerCommand(options);
  if (!command) {
    report('  no traces: put a `jaeger` 2 program in the PATH (jaegertracing.io/download), or start Docker');
    return undefined;
  }
  const kept = new KeptProcess({
    launch: () => launchOnLeash(command),
    askToLeave: releaseLeash,
    onLine: (line) => options.log.append('jaeger', line),
    onDeath: (reason, { delayMs }) =>
      report(`  jaeger stopped (${reason}); it restarts in ${(delayMs / 1000).toFixed(1)} s`),
  });
  kept.start();
  const traces = { ...local, stop: () => kept.stop(STOP_GRACE_MS) };
  try {
    if (await bothListen(signal)) return traces;
    report(`  no traces: jaeger does not listen on ports ${OTLP_PORT} and ${QUERY_PORT}; see the log`);
  } catch (error) {
    await traces.stop();
    throw error;
  }
  await traces.stop();
  return undefined;
}

async function jaegerCommand({ instance, searchPath }: TracesOptions): Promise<string[] | undefined> {
  const own = join(instance.home, 'bin', 'jaeger');
  const program = findProgram('jaeger', searchPath) ?? (isProgram(own) ? own : undefined);
  if (program) return [program];
  const docker = await findDocker(searchPath);
  if (!docker) return undefined;
  const publish = [OTLP_PORT, QUERY_PORT].flatMap((port) => ['--publish', `127.0.0.1:${port}:${port}`]);
  return [docker, 'run', '--rm', '--init', '--name', `llmos-jaeger-${instance.id}`, ...publish, IMAGE];
}

async function bothListen(signal: AbortSignal): Promise<boolean> {
  for (const end = Date.now() + START_LIMIT_MS; Date.now() < end; await pause(100, undefined, { signal })) {
    if ((await listens(OTLP_PORT)) && (await listens(QUERY_PORT))) return true;
  }
  return false;
}

/** Whether a port of this machine accepts connections. */
function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket
      .once('connect', () => end(true))
      .once('error', () => end(false))
      .setTimeout(500, () => end(false));
  });
}
