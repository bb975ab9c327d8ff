import { findServiceApps } from '@llmos/supervisor';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CliError } from '../cli-error.js';
import type { Fault } from '../faults/fault.js';
import { allFaults } from '../faults/kinds/index.js';
import { Lab } from '../faults/lab.js';
import { SeededRandom } from '../faults/seeded-random.js';
import { showReport } from '../faults/show-report.js';
import { fetchModels } from '../models/fetch-models.js';
import { modelsToFetch } from '../models/chosen-models.js';
import { stopSignal } from '../terminal/stop-signal.js';
import { table } from '../terminal/table.js';
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
    return showReport(terminal, { report, seed, folder, json: options.json === true });
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
