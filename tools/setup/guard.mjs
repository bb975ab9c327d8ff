import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { say } from './say.mjs';

const POLL_MS = 300;
/** A lock that cannot be read is another set-up's until it is this old. */
const HALF_WRITTEN_MS = 2_000;
/** Some file systems have no hard links. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/**
 * Lets one set-up at a time change a checkout. A set-up that was killed leaves its lock and perhaps its `npm ci`:
 * the next one ends that before it starts its own.
 *
 * @param path the lock file.
 * @param work is given `noteChild(pid)`, to be told each program it starts.
 */
export async function withGuard(path, work) {
  mkdirSync(dirname(path), { recursive: true });
  await claim(path);
  const release = () => rmSync(path, { force: true });
  process.once('exit', release);
  try {
    return await work((child) => {
      const fresh = `${path}.${process.pid}`;
      writeFileSync(fresh, JSON.stringify({ pid: process.pid, child }));
      renameSync(fresh, path);
    });
  } finally {
    process.off('exit', release);
    release();
  }
}

async function claim(path) {
  for (let told = false; !create(path);) {
    const found = find(path);
    if (!found) continue;
    const { holder, ageMs, text } = found;
    if (!holder && ageMs < HALF_WRITTEN_MS) {
      await pause();
      continue;
    }
    if (holder && holder.pid !== process.pid && /setup\.mjs/.test(commandOf(holder.pid))) {
      if (!told) say(`  another set-up of this checkout is running (process ${holder.pid}); waiting for it`);
      told = true;
      await pause();
      continue;
    }
    if (holder?.child) await endLeftover(holder.child);
    discard(path, text);
  }
}

/** Makes the lock, whole at once; false when there is one. */
function create(path) {
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, JSON.stringify({ pid: process.pid }));
  try {
    return put(fresh, path);
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** Gives a written file the lock's name; false when there is one. */
function put(written, path) {
  try {
    linkSync(written, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    if (!NO_LINKS.includes(error.code)) throw error;
  }
  try {
    writeFileSync(path, readFileSync(written), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

/** Removes a dead lock, unless another set-up has made a new one since. */
function discard(path, text) {
  const aside = `${path}.${process.pid}.old`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (error.code === 'ENOENT') return;
    throw error;
  }
  if (readFileSync(aside, 'utf8') !== text) put(aside, path);
  rmSync(aside, { force: true });
}

async function endLeftover(pid) {
  const ours = () => /\bnpm\b.*\bci\b|run-many/.test(commandOf(pid));
  for (let tries = 0; ours(); tries++) {
    try {
      process.kill(pid, tries < 10 ? 'SIGTERM' : 'SIGKILL');
    } catch {
      return;
    }
    await pause();
  }
}

function find(path) {
  try {
    const text = readFileSync(path, 'utf8');
    return { text, ageMs: Date.now() - statSync(path).mtimeMs, holder: parse(text) };
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A process's command line; empty when there is no such process (or only its zombie). */
function commandOf(pid) {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, POLL_MS));
