import { spawn, type ChildProcess } from 'node:child_process';

/** What only the commands need that send backups away. What is started here has no use for it. */
const WITHOUT_SECRETS = 'unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN';
/**
 * Runs a third-party program and ends it when this process ends for any reason: the shell reads from a pipe whose other
 * end only this process holds. A line ends the program at once. The end of the pipe ends it 2 s later, so that services
 * without a supervisor can finish their work with the broker.
 */
const LEASH = [
  WITHOUT_SECRETS,
  'exec 3<&0; "$@" </dev/null 3<&- & pid=$!',
  '(read -r _ <&3 || sleep 2; kill -TERM $pid) >/dev/null 2>&1 & wait $pid; code=$?',
  'kill $! 2>/dev/null; exit $code',
].join('; ');
/** Replaces the shell by the program, with the variables of a file added to the environment. */
const WITH_FILE = `${WITHOUT_SECRETS}; . "$1"; shift; exec "$@"`;
const SUPERVISED = new URL('./supervised.js', import.meta.url);

/** What a shell is to be told so that it runs the program on a leash. */
export function onLeash(command: readonly string[]): string[] {
  return ['-c', LEASH, 'leash', ...command];
}

/** Starts a third-party program that ends with this process; {@link releaseLeash} ends it. Its output is piped. */
export function launchOnLeash(command: readonly string[]): ChildProcess {
  const child = spawn('/bin/sh', onLeash(command), {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin?.on('error', () => undefined);
  return child;
}

/** Sends SIGTERM to a program that {@link launchOnLeash} started. */
export function releaseLeash(child: ChildProcess): void {
  child.stdin?.end('leave\n');
}

export interface ServiceLaunch {
  /** The built entry. */
  readonly main: string;
  /** A file of `export NAME='value'` lines (see {@link environmentFile}), so that no command line shows a secret. */
  readonly environmentFile: string;
  /** What precedes the command line, such as `taskset -c 0`. */
  readonly prefix?: readonly string[];
  readonly cwd: string;
  /** The file descriptor of the log. */
  readonly log: number;
}

/**
 * Starts a service with this Node. Its standard output goes into the log unchanged, its standard error into a pipe, and
 * it reports its address over an IPC channel. It leads a process group of its own: Ctrl-C in the terminal reaches the
 * supervisor only, which stops the services in order.
 */
export function launchService({ main, environmentFile, prefix = [], cwd, log }: ServiceLaunch): ChildProcess {
  // A small young generation is enough: the heap of a service is small, and models lie outside of it.
  const flags = ['--enable-source-maps', '--max-semi-space-size=2'];
  const node = [...prefix, process.execPath, ...flags, '--import', SUPERVISED.href, main];
  return spawn('/bin/sh', withEnvironment(environmentFile, node), {
    cwd,
    detached: true,
    stdio: ['ignore', log, 'pipe', 'ipc'],
  });
}

/** What a shell is to be told so that it becomes the program, with the variables of a file. */
export function withEnvironment(file: string, command: readonly string[]): string[] {
  return ['-c', WITH_FILE, 'service', file, ...command];
}

/**
 * Variables in shell syntax: `. <file>` gives a service started by hand the environment of the installation. One that is
 * undefined is removed.
 */
export function environmentFile(variables: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(variables)
    .map(([name, value]) =>
      value === undefined ? `unset ${name}\n` : `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`,
    )
    .join('');
}
