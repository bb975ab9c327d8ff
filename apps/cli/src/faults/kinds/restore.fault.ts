import { Instance } from '@llmos/supervisor';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from '../fault.js';
import type { PrivateSystem } from '../private-system.js';

const KILLS = 2;
/** A restore of a small installation takes about this long. */
const RESTORE_MS = 2_500;
const WITH_FILE = '. "$1"; shift; exec "$@"';
const WITH_HOME = 'LLMOS_HOME="$1"; export LLMOS_HOME; shift; exec "$@"';

/** The running system is backed up, and the restore of the backup into an empty folder is killed at random moments. */
export function killRestore(): Fault {
  let complaint: string | undefined;
  return {
    name: 'kill during a restore',
    promise: 'What is half restored is not started; the restore is repeated, and then everything is there.',
    async break(system) {
      const folder = mkdtempSync(join(tmpdir(), 'llmos-restore-'));
      try {
        complaint = await restoreAgainAndAgain(system, folder);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    },
    check: () => Promise.resolve(complaint),
  };
}

async function restoreAgainAndAgain(system: PrivateSystem, folder: string): Promise<string | undefined> {
  const { instance } = system;
  const file = join(folder, 'backup');
  const taken = await llmos(instance.root, [WITH_FILE, instance.environmentFile], ['backup', '--out', file, '--json']);
  if (taken.code !== 0) return `the backup failed: ${taken.output}`;
  const home = emptyHome(instance.home, join(folder, 'home'));
  const other = new Instance(home, instance.root);
  const inHome = [WITH_HOME, home] as const;
  const restore = (killAfterMs?: number) =>
    llmos(instance.root, inHome, ['restore', file, '--replace', '--json'], killAfterMs);
  for (let kill = 0; kill < KILLS; kill++) {
    const { code } = await restore(system.random.between(100, RESTORE_MS));
    if (code === null) system.kills++;
    if (!existsSync(join(other.brokerFolder, 'restoring'))) continue;
    const up = await llmos(instance.root, inHome, ['up', '--once', '--port', '0']);
    if (up.code === 0 || !up.output.includes('not finished')) return 'what was half restored was started';
  }
  const restored = await restore();
  if (restored.code !== 0) return `the repeated restore failed: ${restored.output}`;
  const [before, after] = [contents(taken.output), contents(restored.output)];
  return before === after ? undefined : `the backup has ${before}, what was restored has ${after}`;
}

/** The streams in the JSON that a command printed, with the number of their messages. */
function contents(output: string): string {
  const { streams } = JSON.parse(output.slice(output.indexOf('{'))) as {
    streams: { name: string; messages: number }[];
  };
  return streams.map(({ name, messages }) => `${name}: ${messages}`).join(', ');
}

function emptyHome(from: string, home: string): string {
  for (const shared of ['keys', 'models', 'bin'])
    if (shared === 'keys') cpSync(join(from, shared), join(home, shared), { recursive: true });
    else if (existsSync(join(from, shared))) symlinkSync(join(from, shared), join(home, shared));
  return home;
}

/** Runs a command of this installation. @returns its exit code, null if it was killed, and what it printed. */
async function llmos(
  root: string,
  [script, given]: readonly [script: string, given: string],
  args: readonly string[],
  killAfterMs?: number,
): Promise<{ code: number | null; output: string }> {
  const command = [process.execPath, join(root, 'apps', 'cli', 'dist', 'main.js'), ...args];
  const child = spawn('/bin/sh', ['-c', script, 'llmos', given, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  if (killAfterMs !== undefined) {
    await Promise.race([ended, pause(killAfterMs)]);
    child.kill('SIGKILL');
  }
  return { code: await ended, output };
}
