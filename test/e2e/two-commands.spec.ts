import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { waitFor } from '@llmos/testing';
import { listens, lives, processesIn, processesNaming } from './processes.js';

// Real supervisor, services and models, in a separate home that shares the downloaded models.
const ROOT = resolve(import.meta.dirname, '..', '..');
const REAL_HOME = process.env['LLMOS_HOME'] ?? join(homedir(), '.cache', 'llmos');
const START_LIMIT_MS = 300_000;
/** The promised time holds on a machine that is not busy; here other tests run at the same time. */
const STOP_LIMIT_MS = 4 * 5_000;
/** Against hanging tests: the broker and the first process take a second or two. */
const STARTED_WITHIN_MS = START_LIMIT_MS / 2;

interface Run {
  readonly child: ChildProcess;
  output(): string;
  /** Resolves to the exit code. */
  readonly ended: Promise<number | null>;
}

let home: string;
const runs: Run[] = [];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'llmos-e2e-'));
  // Files are stored by content hash, so sharing them is safe. Locks and partial downloads are not shared.
  mkdirSync(join(home, 'models'), { recursive: true });
  for (const shared of ['sha256', 'pins']) {
    const source = join(REAL_HOME, 'models', shared);
    if (existsSync(source)) symlinkSync(source, join(home, 'models', shared));
  }
});

afterEach(async () => {
  for (const { child, ended } of runs.splice(0)) {
    if (child.exitCode === null) child.kill('SIGKILL');
    await ended;
  }
  await waitFor(
    'all processes of this test to end',
    () => processesNaming(home).length === 0 && processesIn(home).length === 0,
    60_000,
  );
  rmSync(home, { recursive: true, force: true });
}, 90_000);

describe('llmos up', () => {
  it(
    'answers a spoken question with citations and leaves no process, file or port behind',
    async () => {
      const run = llmos('up', '--once', '--ask');
      expect(await run.ended).toBe(0);
      const output = run.output();
      expect(output).toMatch(/Heard {4}My new card has not arrived yet/i);
      expect(output).toMatch(/Intent {3}card_arrival \(\d+(\.\d+)? %\)/);
      expect(output).toMatch(/Answer {3}\S+/);
      expect(output).toMatch(/Cites {4}.*My new card has not arrived yet/);
      for (const capability of ['asr.transcribe', 'intent.detect', 'retrieval.search', 'generation.answer'])
        expect(output).toContain(capability);
      expect(output).toMatch(/Trace {4}[0-9a-f]{32}/);
      expect(output).toContain('curl ');
      await expectNothingLeft(output);
    },
    START_LIMIT_MS,
  );

  it(
    'stops within 5 seconds when it is interrupted during the start',
    async () => {
      const run = llmos('up');
      const { services } = await waitFor(
        'services to be started',
        () => state((found) => found.services.length > 0),
        STARTED_WITHIN_MS,
      );
      await expectQuickStop(run);
      for (const { pid } of services) expect(lives(pid)).toBe(false);
      await expectNothingLeft(run.output());
      expect(await llmos('status').ended).toBe(1);
    },
    START_LIMIT_MS,
  );

  it(
    'ends all processes when it is killed, and starts again afterwards',
    async () => {
      const run = llmos('up');
      const { pid, services, brokers } = await waitFor(
        'services to be started',
        () => state((found) => found.services.length > 0 && found.brokers.every(({ pid }) => pid !== undefined)),
        STARTED_WITHIN_MS,
      );
      run.child.kill('SIGKILL');
      await run.ended;
      const pids = [...services, ...brokers].map((each) => each.pid);
      await waitFor('the processes to end', () => pids.every((pid) => !lives(pid)), 60_000);
      const again = llmos('up');
      await waitFor(
        'the next start',
        () => state((found) => found.pid !== pid && found.services.length > 0) ?? failed(again),
        STARTED_WITHIN_MS,
      );
      await expectQuickStop(again);
    },
    2 * START_LIMIT_MS,
  );
});

interface State {
  readonly pid: number;
  readonly brokers: { readonly pid: number }[];
  readonly services: { readonly pid: number }[];
}

function state(isReached: (state: State) => boolean): State | undefined {
  const folder = instanceFolder();
  const found = folder && readState(join(folder, 'state.json'));
  return found && isReached(found) ? found : undefined;
}

/** The supervisor creates and removes the file at any time. */
function readState(path: string): State | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as State;
  } catch {
    return undefined;
  }
}

function instanceFolder(): string | undefined {
  const instances = join(home, 'instances');
  const name = existsSync(instances) ? readdirSync(instances)[0] : undefined;
  return name === undefined ? undefined : join(instances, name);
}

/** Runs the command as a user would. The system chooses the port, to avoid collisions. */
function llmos(...args: string[]): Run {
  const env = { ...process.env, LLMOS_HOME: home, LLMOS_PORT: '0' };
  const child = spawn(process.execPath, [join(ROOT, 'llmos.mjs'), ...args], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const run: Run = {
    child,
    output: () => output,
    ended: once(child, 'close').then(() => child.exitCode),
  };
  runs.push(run);
  return run;
}

function failed({ child, output }: Run): false {
  if (child.exitCode !== null) throw new Error(`llmos ended with ${child.exitCode}:\n${output()}`);
  return false;
}

async function expectQuickStop(run: Run): Promise<void> {
  const from = Date.now();
  run.child.kill('SIGINT');
  await run.ended;
  expect(Date.now() - from).toBeLessThan(STOP_LIMIT_MS);
}

async function expectNothingLeft(output: string): Promise<void> {
  expect(processesNaming(home)).toEqual([]);
  expect(processesIn(home)).toEqual([]);
  const folder = instanceFolder();
  for (const file of ['state.json', 'services.env']) expect(folder && existsSync(join(folder, file))).toBe(false);
  const ports = [...output.matchAll(/127\.0\.0\.1:(\d+)/g)].map(([, port]) => Number(port));
  expect(await Promise.all(ports.map(listens))).toEqual(ports.map(() => false));
}
