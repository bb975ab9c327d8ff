import { findServiceApps } from '@llmos/supervisor';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../cli-error.js';
import type { Fault } from '../faults/fault.js';
import { allFaults } from '../faults/kinds/index.js';
import { Lab, type LabReport } from '../faults/lab.js';
import { answersPicture } from '../faults/answers-picture.js';
import { SeededRandom } from '../faults/seeded-random.js';
import type { Verdict } from '../faults/verdict.js';
import { fetchModels } from '../models/fetch-models.js';
import { modelsToFetch } from '../models/chosen-models.js';
import { stopSignal } from '../terminal/stop-signal.js';
import { table } from '../terminal/table.js';
import { seconds } from '../terminal/terminal.js';
import { transferReport } from '../terminal/transfer-report.js';
import { workBar } from '../terminal/work-bar.js';
import { natsServer, openStore, redisServer, type CommandContext } from './context.js';

export interface FaultsOptions {
  readonly list?: boolean;
  readonly only?: readonly string[];
  readonly seed?: number;
  readonly minutes?: number;
  readonly slack: number;
  readonly out?: string;
  readonly json?: boolean;
}

const MINUTE_MS = 60_000;

/**
 * `llmos faults`: breaks a private system under load in every way it knows. The exit code is 1 if a promise was broken.
 * The running instance of the user is left alone.
 */
export async function faults(context: CommandContext, options: FaultsOptions): Promise<number> {
  const { terminal, config } = context;
  const chosen = choose(context, options.only ?? []);
  if (options.list) return list(context, chosen, options.json === true);
  const signal = stopSignal();
  const seed = options.seed ?? Date.now() % 1_000_000;
  const folder = options.out ?? join(config.home, 'faults', `${new Date().toISOString()}-${seed}`);
  mkdirSync(folder, { recursive: true });
  const store = await openStore(context);
  const quiet = { ...context, terminal: { ...terminal, line: terminal.note } };
  const transfers = transferReport(quiet.terminal);
  await fetchModels(store, modelsToFetch(config, {}), transfers, signal);
  const random = new SeededRandom(seed);
  terminal.note(`seed ${seed}: the same seed and faults break the same things in the same order`);
  const forMs = options.minutes === undefined ? undefined : options.minutes * MINUTE_MS;
  const bar = workBar(terminal, 'faults', forMs === undefined ? chosen.length : Math.ceil(forMs / MINUTE_MS));
  const started = Date.now();
  let minutes = 0;
  const lab = new Lab({
    config,
    nats: await natsServer(quiet, store, transfers, signal),
    redis: await redisServer(quiet, store, transfers, signal),
    random,
    signal,
    faults: chosen,
    forMs,
    slack: options.slack,
    folder,
    report: () => undefined,
    onStrike() {
      if (forMs === undefined) return bar.advance();
      for (; minutes < Math.floor((Date.now() - started) / MINUTE_MS); minutes++) bar.advance();
    },
  });
  try {
    const report = await lab.run();
    bar.stop();
    return show(context, { report, seed, folder, json: options.json === true });
  } finally {
    bar.stop();
  }
}

function choose({ config }: CommandContext, only: readonly string[]): Fault[] {
  const processes = findServiceApps(config.root).map(({ name }) => name);
  const all = allFaults(processes, config.samplesDir);
  const unknown = only.find((text) => !all.some(({ name }) => name.includes(text)));
  if (unknown !== undefined)
    throw new CliError(`No fault has '${unknown}' in its name`, '`npx llmos faults --list` shows them');
  return only.length === 0 ? all : all.filter(({ name }) => only.some((text) => name.includes(text)));
}

function list({ terminal }: CommandContext, chosen: readonly Fault[], json: boolean): number {
  const rows = chosen.map((fault) => ({ name: fault.name, promise: fault.promise, missing: fault.missing?.() }));
  if (json) terminal.line(JSON.stringify(rows));
  else
    terminal.line(
      table(
        ['fault', 'promise'],
        rows.map(({ name, promise, missing }) => [name, missing ? `${promise} Not tried here: ${missing}` : promise]),
      ),
    );
  return 0;
}

interface Shown {
  readonly report: LabReport;
  readonly seed: number;
  readonly folder: string;
  readonly json: boolean;
}

function show({ terminal }: CommandContext, { report, seed, folder, json }: Shown): number {
  const { verdicts, ledgers, kills, growths, tookMs } = report;
  const sum = (count: (verdict: Verdict) => number) => verdicts.reduce((total, each) => total + count(each), 0);
  const totals = {
    seed,
    tookMs: Math.round(tookMs),
    kills,
    accepted: ledgers.reduce((total, { events }) => total + events.size, 0),
    calls: ledgers.reduce((total, { calls }) => total + calls.length, 0),
    lost: sum(({ lost }) => lost),
    duplicated: sum(({ duplicated }) => duplicated),
    hung: sum(({ hung }) => hung),
    broken: verdicts.filter(({ broken }) => broken.length > 0).length,
  };
  const all = { ...totals, folder, growths, verdicts };
  writeFileSync(join(folder, 'report.json'), `${JSON.stringify(all, undefined, 2)}\n`);
  writeFileSync(join(folder, 'answers.svg'), answersPicture(ledgers));
  const lines = table(HEAD, verdicts.map(row));
  const end = [
    `${totals.accepted} accepted events, ${totals.calls} live calls, ${kills} kills in ${seconds(tookMs)}: ` +
      `${totals.lost} lost, ${totals.duplicated} done twice, ${totals.hung} callers waited too long`,
    ...(growths.length > 0 ? ['', growthTable(growths), ''] : []),
    ...verdicts.flatMap(({ fault, broken }) => broken.map((what) => `✗ ${fault}: ${what}`)),
  ];
  writeFileSync(join(folder, 'report.txt'), `${[lines, '', ...end].join('\n')}\n`);
  if (json) terminal.line(JSON.stringify(all));
  else for (const line of [lines, '', ...end, `\nReport: ${folder}`]) terminal.line(line);
  return totals.broken > 0 ? 1 : 0;
}

/** Processes that ran for two minutes and more without a kill. */
function growthTable(growths: LabReport['growths']): string {
  const rows = growths.map(({ process, overMs, memoryMb, memoryMbPerHour, openFilesMore }) => [
    ...[process, (overMs / MINUTE_MS).toFixed(1), memoryMb.toFixed(0), memoryMbPerHour.toFixed(1), openFilesMore],
  ]);
  return table(['process', 'minutes', 'memory MB', 'MB an hour', 'more open files'], rows);
}

const HEAD = [
  'fault',
  'promise',
  'times',
  'seen',
  'longest wait',
  'whole p50',
  'p99',
  'accepted',
  'lost',
  'twice',
  'hung',
];

function row({ fault, skipped, broken, times, details, longestMs, recoveryMs, ...counts }: Verdict) {
  if (skipped !== undefined) return [fault, 'not tried', '', skipped, '', '', '', '', '', '', ''];
  const promise = broken.length > 0 ? 'BROKEN' : 'kept';
  const seen = details.slice(0, 3).join(' · ');
  const { accepted, lost, duplicated, hung } = counts;
  const times_ = [seconds(longestMs), seconds(recoveryMs.p50), seconds(recoveryMs.p99)];
  return [fault, promise, times, seen, ...times_, accepted, lost, duplicated, hung];
}
