import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { say } from './say.mjs';

const POLL_MS = 300;

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
    return await work((child) => writeFileSync(path, JSON.stringify({ pid: process.pid, child })));
  } finally {
    process.off('exit', release);
    release();
  }
}

async function claim(path) {
  for (let told = false; ;) {
    try {
      writeFileSync(path, JSON.stringify({ pid: process.pid }), { flag: 'wx' });
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = read(path);
    if (holder && holder.pid !== process.pid && /setup\.mjs/.test(commandOf(holder.pid))) {
      if (!told) say(`  another set-up of this checkout is running (process ${holder.pid}); waiting for it`);
      told = true;
      await pause();
      continue;
    }
    if (holder?.child) await endLeftover(holder.child);
    rmSync(path, { force: true });
  }
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

function read(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
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
