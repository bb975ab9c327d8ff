import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { waitFor } from './wait-for.js';

/**
 * Stops processes from running (SIGSTOP), and resolves when all of them stand still: until the thread that got the signal has
 * run, on a busy machine for a while, the others go on and may answer. SIGCONT lets them go on.
 */
export async function freeze(...pids: readonly number[]): Promise<void> {
  for (const pid of pids) process.kill(pid, 'SIGSTOP');
  await waitFor('all to stand still', () => pids.every(standsStill));
}

function standsStill(pid: number): boolean {
  const threads = `/proc/${pid}/task`;
  if (!existsSync(threads))
    return execFileSync('ps', ['-o', 'state=', '-p', `${pid}`], { encoding: 'utf8' })[0] === 'T';
  return readdirSync(threads).every((id) => /^State:\s+T/m.test(readFileSync(`${threads}/${id}/status`, 'utf8')));
}
