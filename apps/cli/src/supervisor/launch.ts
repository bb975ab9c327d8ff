import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Runs a program that knows nothing of us, and ends it when this process has gone, however that went: the shell reads
 * from a pipe that only we hold open. A line in it ends the program at once; its end, 2 s later, so that services that
 * have lost their supervisor can still finish with the broker.
 */
const LEASH =
  'exec 3<&0; "$@" </dev/null 3<&- & pid=$!; (read -r _ <&3 || sleep 2; kill -TERM $pid) >/dev/null 2>&1 & wait $pid; code=$?; kill $! 2>/dev/null; exit $code';
/** Becomes the program, with the variables of a file added to those it inherits. */
const WITH_FILE = '. "$1"; shift; exec "$@"';
const LEAVE_WITH_PARENT = new URL('./leave-with-parent.js', import.meta.url);

/** Starts a foreign program on a leash; {@link releaseLeash} asks it to leave. Its output comes through pipes. */
export function launchOnLeash(command: readonly string[]): ChildProcess {
  const child = spawn('/bin/sh', ['-c', LEASH, 'leash', ...command], {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin?.on('error', () => undefined);
  return child;
}

/** Lets go of the leash: the program gets SIGTERM. */
export function releaseLeash(child: ChildProcess): void {
  child.stdin?.end('leave\n');
}

export interface ServiceLaunch {
  /** The built entry. */
  readonly main: string;
  /** A file of `export NAME='value'` lines, see {@link environmentFile}: secrets are in no command line. */
  readonly environmentFile: string;
  readonly cwd: string;
  /** Descriptor of the log. */
  readonly log: number;
}

/**
 * Starts one of our services with this Node: standard output straight into the log (JSON lines as they are), errors
 * through a pipe, and a channel on which it says where it listens. It leads a process group of its own, so that
 * Ctrl-C in the terminal reaches the supervisor alone and services stop in their order.
 */
export function launchService({ main, environmentFile, cwd, log }: ServiceLaunch): ChildProcess {
  // A small young generation: a service's own heap is small, its models lie outside of it.
  const flags = ['--enable-source-maps', '--max-semi-space-size=2'];
  const node = [process.execPath, ...flags, '--import', LEAVE_WITH_PARENT.href, main];
  return spawn('/bin/sh', ['-c', WITH_FILE, 'service', environmentFile, ...node], {
    cwd,
    detached: true,
    stdio: ['ignore', log, 'pipe', 'ipc'],
  });
}

/** Variables as a shell reads them: `. <file>` gives a service started by hand what one started here has. */
export function environmentFile(variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}='${value.replaceAll("'", `'\\''`)}'\n`)
    .join('');
}
