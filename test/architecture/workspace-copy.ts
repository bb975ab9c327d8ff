import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout of these tests. */
export const ROOT = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');

/** Generated folders, and folders that no build or test reads. */
const LEFT_OUT = new Set([
  'node_modules',
  'dist',
  'tmp',
  'coverage',
  'test-results',
  '.git',
  '.nx',
  '.llmos',
  '.claude',
]);

export interface WorkspaceCopy {
  readonly root: string;
  remove(): Promise<void>;
}

/** Copies the sources to a temporary folder and links the installed packages; the libraries link to the copy. */
export async function copyWorkspace(): Promise<WorkspaceCopy> {
  const root = await mkdtemp(join(tmpdir(), 'llmos-copy-'));
  await cp(ROOT, root, { recursive: true, filter: (path) => path === ROOT || !LEFT_OUT.has(basename(path)) });
  await linkPackages(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  await mkdir(join(root, 'node_modules', '@llmos'));
  for (const library of await readdir(join(root, 'libs')))
    await symlink(join(root, 'libs', library), join(root, 'node_modules', '@llmos', library));
  return { root, remove: () => rm(root, { recursive: true, force: true, maxRetries: 3 }) };
}

async function linkPackages(from: string, to: string): Promise<void> {
  await mkdir(to);
  const names = (await readdir(from)).filter((name) => name !== '@llmos' && name !== '.cache');
  await Promise.all(names.map((name) => symlink(join(from, name), join(to, name))));
}

export interface NxOutcome {
  readonly code: number | null;
  /** Standard output and standard error. */
  readonly output: string;
}

/** Runs Nx in `root` without its daemon and without colours. */
export function nx(root: string, args: readonly string[]): Promise<NxOutcome> {
  const child = spawn(process.execPath, [join(root, 'node_modules', '.bin', 'nx'), ...args], {
    cwd: root,
    env: nxEnvironment(root),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** Runs Nx; throws with its output unless it succeeds. */
export async function nxSucceeds(root: string, args: readonly string[]): Promise<string> {
  const { code, output } = await nx(root, args);
  if (code !== 0) throw new Error(`nx ${args.join(' ')} ended with ${code}:\n${output}`);
  return output;
}

/** Removes the variables that Jest sets for its workers: Nx starts another Jest. */
function nxEnvironment(root: string): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^(JEST_|NODE_OPTIONS$|NODE_ENV$|NX_|npm_)/.test(name));
  const path = [dirname(process.execPath), join(root, 'node_modules', '.bin'), process.env['PATH']].join(delimiter);
  return {
    ...Object.fromEntries(own),
    PATH: path,
    NX_DAEMON: 'false',
    NX_TUI: 'false',
    NO_COLOR: '1',
    FORCE_COLOR: '0',
    CI: 'true',
  };
}
