import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * The command line of a process, empty when there is none with this id or only its zombie. Ids are reused: what is
 * remembered of a process is worth nothing until its command line has been looked at.
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

/** Resident memory of a process in bytes, undefined when it has gone. */
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

/**
 * Ends a process (and what shares its group) that `isIt` recognises by its command line: asks first, then kills.
 * Does nothing when another process has the id by now.
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

/** Signals a process, or its whole group with a negative id; says whether there was one. */
export function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** Waits until `lives` says no, at most `limitMs`; resolves to whether it did. */
export async function goneWithin(lives: () => boolean, limitMs: number): Promise<boolean> {
  for (const end = Date.now() + limitMs; lives();) {
    if (Date.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}
