import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ENTRIES, type Name } from './race/engine.ts';
import { quantile, type Figures, type Phases } from './race/measure.ts';
import { startServer } from './race/servers.ts';

export interface RaceFigures {
  /** The median of the rounds. */
  readonly engines: Partial<Record<Name, Figures & { readonly label: string }>>;
  /** Tasks per second against another engine with the same fsync: the median of the ratios within each round. */
  readonly durableToChain?: number;
  readonly durableLaterToChannels?: number;
  readonly durableLaterToChain?: number;
}

type Times = Omit<Phases, 'pids'>;

const FOLDER = fileURLToPath(new URL('./race/', import.meta.url));
const ALL = Object.keys(ENTRIES) as Name[];

/**
 * Measures the hand-off of tasks between two processes with other engines in turn: 64 in flight, then one at a time. The
 * rounds alternate all engines, because the load of the machine changes.
 */
export async function benchRace(names: readonly Name[], rounds: number, phases: Times): Promise<RaceFigures> {
  const seen = new Map<Name, Figures[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const figures = await runOnce(name, phases);
      seen.get(name)!.push(figures);
      process.stderr.write(`${lineOf(name, figures)}\n`);
    }
  }
  const ratio = (of: Name, to: Name) => {
    const [mine, others] = [seen.get(of), seen.get(to)];
    if (!mine || !others) return undefined;
    return quantile(
      mine.map(({ tasksPerSecond }, i) => tasksPerSecond / others[i]!.tasksPerSecond),
      0.5,
    );
  };
  const ratios = {
    durableToChain: ratio('durable', 'chain'),
    durableLaterToChannels: ratio('durableLater', 'channelsLater'),
    durableLaterToChain: ratio('durableLater', 'chainLater'),
  };
  const known = Object.fromEntries(Object.entries(ratios).filter(([, value]) => value !== undefined));
  return { engines: Object.fromEntries(names.map((name) => [name, medianOf(name, seen.get(name)!)])), ...known };
}

async function runOnce(name: Name, times: Times): Promise<Figures> {
  const server = await startServer(ENTRIES[name]);
  const processes: ChildProcess[] = [];
  const start = async (role: string) => {
    const child = fork(`${FOLDER}process.ts`, [name, server.url, role], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    processes.push(child);
    await said(child);
    return child;
  };
  try {
    const sender = await start('send');
    const pids = [server.pid];
    for (const step of ['a', 'b']) pids.push((await start(step)).pid!);
    const figures = said(sender);
    sender.send({ ...times, pids } satisfies Phases);
    return (await figures) as Figures;
  } finally {
    for (const child of processes) child.kill('SIGKILL');
    await server.stop();
  }
}

async function said(child: ChildProcess): Promise<unknown> {
  const died = once(child, 'exit').then(() => Promise.reject(new Error('a process of the race ended')));
  const [message] = (await Promise.race([once(child, 'message'), died])) as [unknown];
  return message;
}

function medianOf(name: Name, rounds: readonly Figures[]): Figures & { label: string } {
  const { label, sync } = ENTRIES[name];
  const of = (field: keyof Figures) =>
    Number(
      quantile(
        rounds.map((figures) => figures[field]),
        0.5,
      ).toFixed(2),
    );
  return {
    label: `${label}, fsync ${sync}`,
    tasksPerSecond: of('tasksPerSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    aloneP50Ms: of('aloneP50Ms'),
    cpuUsPerTask: of('cpuUsPerTask'),
    flushesPerTask: of('flushesPerTask'),
    flushesPerTaskAlone: of('flushesPerTaskAlone'),
  };
}

function lineOf(name: Name, figures: Figures): string {
  const values = Object.entries(figures) as [string, number][];
  return `${name.padEnd(14)} ${values.map(([field, value]) => `${field} ${value.toFixed(2)}`).join('  ')}`;
}

if (import.meta.main) {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { rounds: { type: 'string', default: '3' }, seconds: { type: 'string', default: '5' } },
  });
  const names = positionals.length > 0 ? ALL.filter((name) => positionals.includes(name)) : ALL;
  if (names.some((name) => ENTRIES[name].file.endsWith('.mjs')) && !existsSync(`${FOLDER}node_modules`)) {
    const npm = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], { cwd: FOLDER });
    if (npm.status !== 0) throw new Error(`the other engines cannot be installed:\n${npm.stderr.toString()}`);
  }
  const phases = { inFlight: 64, warmUpMs: 3_500, togetherMs: Number(values.seconds) * 1_000, aloneMs: 2_000 };
  process.stdout.write(`${JSON.stringify(await benchRace(names, Number(values.rounds), phases), null, 2)}\n`);
}
