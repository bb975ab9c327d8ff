import { open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** A holder touches its lock this often; a lock untouched for long is stale, on whatever machine its holder ran. */
const HEARTBEAT_MS = 2_000;
const STALE_MS = 60_000;
const TAKEOVER_STALE_MS = 10_000;
const POLL_MS = 50;

/**
 * Runs `work` while no other process or caller holds the same lock file.
 *
 * The lock of a process that died is taken over: at once on the same machine, after 60 s otherwise.
 * Rejects with the signal's reason on an abort while waiting; `work` handles the signal itself.
 */
export async function withFileLock<Result>(
  path: string,
  work: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  while (!(await tryCreate(path))) {
    if (await isStale(path, STALE_MS)) await removeStale(path);
    else await sleep(POLL_MS, undefined, { signal }).catch((error: unknown) => rethrowReason(signal, error));
  }
  const heartbeat = setInterval(() => void utimes(path, new Date(), new Date()).catch(() => undefined), HEARTBEAT_MS);
  try {
    signal?.throwIfAborted();
    return await work();
  } finally {
    clearInterval(heartbeat);
    await rm(path, { force: true });
  }
}

function rethrowReason(signal: AbortSignal | undefined, error: unknown): never {
  signal?.throwIfAborted();
  throw error;
}

/** Creating with `wx` is atomic. */
async function tryCreate(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    try {
      await file.writeFile(JSON.stringify({ pid: process.pid, host: hostname() }));
    } catch (error) {
      // The disk is full: an empty lock would block every other process.
      await rm(path, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

async function isStale(path: string, staleMs: number): Promise<boolean> {
  try {
    const [{ mtimeMs }, content] = await Promise.all([stat(path), readFile(path, 'utf8')]);
    return Date.now() - mtimeMs > staleMs || holderDied(content);
  } catch {
    return false; // released in the meantime
  }
}

function holderDied(content: string): boolean {
  try {
    const { pid, host } = JSON.parse(content) as { pid: number; host: string };
    return host === hostname() && !isAlive(pid);
  } catch {
    return false; // being written
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Two waiters may see the same stale lock; a second lock prevents the slower from removing the new lock of the faster.
 */
async function removeStale(path: string): Promise<void> {
  const takeover = `${path}.takeover`;
  if (!(await tryCreate(takeover))) {
    if (await isStale(takeover, TAKEOVER_STALE_MS)) await rm(takeover, { force: true });
    else await sleep(POLL_MS);
    return;
  }
  try {
    if (await isStale(path, STALE_MS)) await rm(path, { force: true });
  } finally {
    await rm(takeover, { force: true });
  }
}
