import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { findDocker, findProgram, isProgram } from '../broker/find-program.js';
import type { Instance } from '../instance/instance.js';
import type { LogFile } from '../instance/log-file.js';
import { KeptProcess } from './kept-process.js';
import { launchOnLeash, releaseLeash } from './launch.js';

const OTLP_PORT = 4318;
const QUERY_PORT = 16686;
const IMAGE = 'jaegertracing/jaeger:2.11.0';
const START_LIMIT_MS = 20_000;

/** Where traces go and where they are looked at. */
export interface Traces {
  readonly otlpUrl: string;
  readonly viewUrl?: string;
  stop(): Promise<void>;
}

export interface TracesOptions {
  readonly instance: Instance;
  readonly log: LogFile;
  readonly searchPath: string;
  /** A collector the user has; nothing is started then. */
  readonly otlpUrl?: string;
  /** Where a collector and its pages are looked for on this machine, when not on Jaeger's own ports. */
  readonly ports?: { readonly otlp: number; readonly query: number };
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Finds somewhere to send traces: the collector that was named, one that listens already, Jaeger 2 from the PATH or
 * `<home>/bin`, Jaeger in a container. Undefined, and one line saying how to get it, when there is none: the house
 * runs without.
 */
export async function startTraces(options: TracesOptions): Promise<Traces | undefined> {
  const { otlpUrl, say, signal } = options;
  const stop = () => Promise.resolve();
  if (otlpUrl) return { otlpUrl, stop };
  const { otlp, query } = options.ports ?? { otlp: OTLP_PORT, query: QUERY_PORT };
  const local = { otlpUrl: `http://127.0.0.1:${otlp}`, viewUrl: `http://127.0.0.1:${query}` };
  if (await listens(otlp)) {
    say(`  traces go to the collector that already listens on port ${otlp}`);
    // Another collector than Jaeger has no pages of its own.
    return (await listens(query)) ? { ...local, stop } : { otlpUrl: local.otlpUrl, stop };
  }
  const command = await jaegerCommand(options);
  if (!command) {
    say(
      '  no traces: put a `jaeger` 2 program in the PATH (jaegertracing.io/download), or start Docker; going on without',
    );
    return undefined;
  }
  const kept = new KeptProcess({
    name: 'jaeger',
    launch: () => launchOnLeash(command),
    askToLeave: releaseLeash,
    onLine: (line) => options.log.append('jaeger', line),
    onDeath: (reason, { delayMs }) =>
      say(`  jaeger stopped (${reason}); starting it again in ${(delayMs / 1000).toFixed(1)} s`),
  });
  kept.start();
  const traces = { ...local, stop: () => kept.stop(500) };
  try {
    if (await bothListen(signal)) return traces;
    say(
      `  no traces: jaeger does not listen on ports ${OTLP_PORT} and ${QUERY_PORT}; going on without. The log has the rest.`,
    );
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

/** Whether something accepts connections on a port of this machine. */
export function listens(port: number): Promise<boolean> {
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
