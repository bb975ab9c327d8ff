import { execFileSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { say } from './say.mjs';

const POLL_MS = 300;
/** An unreadable lock may be half written: it is valid until it is this old. */
const HALF_WRITTEN_MS = 2_000;
/** Errors of file systems without hard links. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/**
 * Runs `work` while this process holds the lock of a checkout. A killed set-up leaves its lock and perhaps a running
 * `npm ci`; the next set-up ends that process first.
 *
 * @param path the lock file.
 * @param work receives `noteChild(pid)`, which records a started program in the lock.
 */
export async function withLock(path, work) {
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
  for (let reported = false; !create(path);) {
    const found = find(path);
    if (!found) continue;
    const { holder, ageMs, text } = found;
    if (!holder && ageMs < HALF_WRITTEN_MS) {
      await pause();
      continue;
    }
    if (holder && holder.pid !== process.pid && /setup\.mjs/.test(commandOf(holder.pid))) {
      if (!reported) say(`  waiting for another set-up of this checkout (process ${holder.pid})`);
      reported = true;
      await pause();
      continue;
    }
    if (holder?.child) await endLeftover(holder.child);
    discard(path, text);
  }
}

/** Creates the lock atomically; false if it exists. */
function create(path) {
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, JSON.stringify({ pid: process.pid }));
  try {
    return put(fresh, path);
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** Links a written file to the lock's name; false if the lock exists. */
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

/** Removes a stale lock, unless another set-up has replaced it. */
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

/** The command line of a process; empty if there is no such process, or only a zombie. */
function commandOf(pid) {
  try {
    if (process.platform === 'linux') return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
    return execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

const pause = () => new Promise((resolve) => setTimeout(resolve, POLL_MS));
