import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * The command line of a process; empty when no process has this id, or only a zombie. Process ids are reused: compare
 * the command line before you act on a stored id.
 */
export function commandOf(pid: number): string {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}

/** Resident memory of a process in bytes; undefined when it has ended. */
export function memoryOf(pid: number): number | undefined {
  try {
    const text =
      process.platform === 'linux'
        ? (/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '')
        : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], {
            encoding: 'utf8',
            stdio: ['ignore', 'pipe', 'ignore'],
          });
    const kibibytes = Number.parseInt(text, 10);
    return Number.isNaN(kibibytes) ? undefined : kibibytes * 1024;
  } catch {
    return undefined;
  }
}

/** What the main thread of a process does, as Linux tells it. */
export interface MainThread {
  /** It waits for a processor, or has one. */
  readonly isRunnable: boolean;
  /** The time that it has had a processor, in milliseconds. */
  readonly cpuMs: number;
}

/** Ticks of the processor time in /proc, in milliseconds: Linux counts a hundred a second on every machine. */
const TICK_MS = 10;

/** Undefined on other systems than Linux, and when the process has ended. */
export function mainThreadOf(pid: number): MainThread | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/task/${pid}/stat`, 'utf8');
    // The name of the program comes first, in parentheses, and may have any character.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [user, system] = [Number(fields[10]), Number(fields[11])];
    return { isRunnable: state === 'R', cpuMs: (user + system) * TICK_MS };
  } catch {
    return undefined;
  }
}

/**
 * Ends a process: sends SIGTERM, and SIGKILL after `graceMs`. Does nothing when `isIt` does not recognise the command
 * line, because another process has the id by now.
 */
export async function endProcess(pid: number, isIt: (command: string) => boolean, graceMs: number): Promise<void> {
  const lives = () => isIt(commandOf(pid));
  if (!lives()) return;
  signal(pid, 'SIGTERM');
  await goneWithin(lives, graceMs);
  if (!lives()) return;
  signal(pid, 'SIGKILL');
  await goneWithin(lives, 1_000);
}

/** Signals a process, or its process group when the id is negative. @returns whether there was one. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** Waits until `lives` returns false, at most `limitMs`. @returns whether it did. */
export async function goneWithin(lives: () => boolean, limitMs: number): Promise<boolean> {
  for (const end = Date.now() + limitMs; lives();) {
    if (Date.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}
