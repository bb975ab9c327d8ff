import { backupName, localBackup, verifyBackup } from '@llmos/backup';
import { Snapshots, STREAMS, type StreamHead } from '@llmos/bus';
import { GatewayClient } from '@llmos/client';
import { BUCKETS } from '@llmos/contracts';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { explain, isExpected } from '../cli-error.js';
import { compareStream, type StreamComparison } from '../drill/compare-streams.js';
import { drillMetrics, isBucket, type DoorComparison, type DrillReport } from '../drill/drill-report.js';
import { InstanceCopy } from '../drill/instance-copy.js';
import { modelsOfEnvironment } from '../models/chosen-models.js';
import { progressLine } from '../terminal/progress-line.js';
import { stopSignal } from '../terminal/stop-signal.js';
import { table } from '../terminal/table.js';
import { seconds, type Terminal } from '../terminal/terminal.js';
import { transferReport } from '../terminal/transfer-report.js';
import { takeInto } from './backup.command.js';
import { scheduledPlace, storeOptions } from './backup-place.js';
import { brokerAccess } from './broker-access.js';
import { gatewayClient, natsServer, openStore, redisServer, type CommandContext } from './context.js';
import { documentsOf, type Listed } from './documents.command.js';
import { installationMasterKey, masterKeyFile } from './master-key.js';

export interface DrillOptions {
  /** A backup, or the place of backups; by default the one of `llmos up`. */
  readonly from?: string;
  /** Takes a backup for the drill. */
  readonly fresh?: boolean;
  readonly tenant: string;
  /** The file that receives the figures for Prometheus. */
  readonly metrics?: string;
  readonly json?: boolean;
}

const INTERRUPTED = 130;
const DOCUMENTS = `KV_${BUCKETS.documents}`;
/** The copy must not do again what the running instance does: work that waits, and what falls due. */
const WORK: readonly string[] = [STREAMS.schedules, STREAMS.intake, STREAMS.tasksDurable];

/**
 * `llmos drill`: brings a copy of the instance up beside the running one, from a backup, compares the two, and removes
 * the copy. The running instance is only read.
 *
 * @returns the exit code: 1 if the backup cannot be restored, or differs in more than what is newer.
 */
export async function drill(context: CommandContext, options: DrillOptions, signal = stopSignal()): Promise<number> {
  const { terminal } = context;
  let report: DrillReport | undefined;
  try {
    report = await new Drill(context, options, signal).run();
  } catch (error) {
    if (signal.aborted) return INTERRUPTED;
    if (!isExpected(error)) throw error;
    if (options.json) terminal.line(JSON.stringify({ ok: false, error: explain(error) }));
    else terminal.note(`✗ The drill failed: ${explain(error)}`);
  } finally {
    if (options.metrics !== undefined && !signal.aborted) writeWhole(options.metrics, drillMetrics(report));
  }
  if (report) show(terminal, report, options.json === true);
  return report?.ok ? 0 : 1;
}

/** A backup on this machine. */
interface Brought {
  readonly path: string;
  /** Where it comes from. */
  readonly origin: string;
  /** When it began to come here. */
  readonly fromMs: number;
}

class Drill {
  private readonly quiet: CommandContext;

  constructor(
    private readonly context: CommandContext,
    private readonly options: DrillOptions,
    private readonly signal: AbortSignal,
  ) {
    this.quiet = { ...context, terminal: { ...context.terminal, line: context.terminal.note } };
  }

  async run(): Promise<DrillReport> {
    const { context, quiet, signal } = this;
    const { config, instance } = context;
    const access = brokerAccess(context);
    const master = await installationMasterKey(config.home, false);
    const store = await openStore(quiet);
    const transfers = transferReport(quiet.terminal);
    const nats = await natsServer(quiet, store, transfers, signal);
    const redis = await redisServer(quiet, store, transfers, signal);
    const startedAt = Date.now();
    const copy = new InstanceCopy({
      ...{ config, nats, redis, signal, tenant: this.options.tenant },
      models: { ...instance.models.read(), ...modelsOfEnvironment(config) },
      masterKeyFile: masterKeyFile(config.home),
      logFile: join(instance.folder, 'drill.jsonl'),
      report: (line) => quiet.terminal.note(line),
    });
    let running: Snapshots | undefined;
    try {
      const broker = (running = await Snapshots.connect(access));
      const backup = await this.withProgress('copying', (onProgress) => this.backup(copy.home, onProgress));
      const copiedAt = Date.now();
      const { header } = await verifyBackup(backup.path, master);
      let streams: StreamComparison[] = [];
      let comparedMs = 0;
      const onRestored = async (restored: Snapshots, heads: readonly StreamHead[]) => {
        const from = Date.now();
        streams = await this.compare(broker, restored, heads);
        for (const { config } of heads) if (WORK.includes(config.name)) await restored.purge(config.name);
        comparedMs = Date.now() - from;
      };
      await this.withProgress('restoring', (onProgress) => copy.restore(backup.path, master, onRestored, onProgress));
      const restoredAt = Date.now();
      const gateway = await copy.start();
      const readyAt = Date.now();
      const listed = await documentsOf(new GatewayClient(gateway.url, { apiKey: gateway.apiKey, signal }));
      const readAt = Date.now();
      const doors = await this.compareDoors(listed);
      const stagesMs = {
        copy: copiedAt - backup.fromMs,
        restore: restoredAt - copiedAt - comparedMs,
        start: readyAt - restoredAt,
        read: readAt - readyAt,
      };
      return reportOf({ backup, createdAt: header.createdAt, startedAt, stagesMs, streams, doors });
    } finally {
      await running?.close();
      await copy.remove();
    }
  }

  /** Brings a backup into the folder of the copy, with which it is removed. */
  private async backup(home: string, onProgress: (done: number, total: number) => void): Promise<Brought> {
    const { context, quiet, signal } = this;
    const { from, fresh } = this.options;
    const place = from ?? scheduledPlace(context);
    if (fresh) return this.freshBackup(home);
    const fromMs = Date.now();
    try {
      const options = { ...storeOptions(context), workFolder: home };
      const { path, origin } = await localBackup(place, options, signal, onProgress);
      return { path, origin, fromMs };
    } catch (error) {
      // Nobody has said that there are backups.
      if (from !== undefined || context.config.backupFolder !== undefined || !isExpected(error)) throw error;
      quiet.terminal.note(`${error.message}: one is taken for the drill`);
      return this.freshBackup(home);
    }
  }

  private async freshBackup(home: string): Promise<Brought> {
    const path = join(home, backupName());
    await takeInto(this.quiet, path, this.signal);
    return { path, origin: 'fresh', fromMs: Date.now() };
  }

  private async compare(
    running: Snapshots,
    restored: Snapshots,
    heads: readonly StreamHead[],
  ): Promise<StreamComparison[]> {
    const found = new Set((await running.list()).map(({ name }) => name));
    const progress = progressLine(this.quiet.terminal);
    const compared: StreamComparison[] = [];
    try {
      for (const [done, head] of heads.entries()) {
        this.signal.throwIfAborted();
        const { name } = head.config;
        progress.show({ stage: `comparing ${name}`, done, total: heads.length });
        const theirs = found.has(name) ? running.messages(name) : nothing();
        compared.push(await compareStream({ head, copy: restored.messages(name), running: theirs }));
      }
    } finally {
      progress.stop();
    }
    return compared;
  }

  /** Reads the documents of the tenant from the running instance, too. */
  private async compareDoors(listed: readonly Listed[]): Promise<DoorComparison> {
    const documents = listed.length;
    try {
      const theirs = await documentsOf(gatewayClient(this.context, undefined, { signal: this.signal }));
      const titles = new Map(theirs.map(({ id, title }) => [id, title]));
      return { documents, same: listed.filter(({ id, title }) => titles.get(id) === title).length };
    } catch (error) {
      if (!isExpected(error)) throw error;
      return { documents, same: 0, notCompared: explain(error) };
    }
  }

  private async withProgress<T>(
    stage: string,
    work: (onProgress: (done: number, total: number) => void) => Promise<T>,
  ): Promise<T> {
    const progress = progressLine(this.quiet.terminal);
    try {
      return await work((done, total) => progress.show({ stage, done, total }));
    } finally {
      progress.stop();
    }
  }
}

interface Shown {
  readonly backup: Brought;
  readonly createdAt: string;
  readonly startedAt: number;
  readonly stagesMs: DrillReport['stagesMs'];
  readonly streams: readonly StreamComparison[];
  readonly doors: DoorComparison;
}

function reportOf({ backup, createdAt, startedAt, stagesMs, streams, doors }: Shown): DrillReport {
  const count = (chosen: readonly StreamComparison[]) => chosen.reduce((sum, { newer }) => sum + newer, 0);
  const documents = streams.find(({ name }) => name === DOCUMENTS);
  const faults = streams.flatMap(({ name, faults }) => faults.map((fault) => `${name}: ${fault}`));
  const isUnchanged = documents !== undefined && documents.newer === 0 && documents.gone === 0;
  if (isUnchanged && doors.notCompared === undefined && doors.same !== doors.documents)
    faults.push(
      `the gateways list other documents, although none has changed: ${doors.same} of ${doors.documents} agree`,
    );
  return {
    ok: faults.length === 0,
    backup: backup.origin,
    createdAt,
    recoveryTimeMs: Object.values(stagesMs).reduce((sum, ms) => sum + ms, 0),
    stagesMs,
    recoveryPointMs: Math.max(startedAt - Date.parse(createdAt), 0),
    wouldBeLost: {
      messages: count(streams.filter((stream) => !isBucket(stream))),
      entries: count(streams.filter(isBucket)),
    },
    streams,
    doors,
    faults,
  };
}

function show(terminal: Terminal, report: DrillReport, json: boolean): void {
  if (json) return terminal.line(JSON.stringify(report));
  const { streams, stagesMs, doors, wouldBeLost, faults } = report;
  const rows = streams.map(({ name, same, newer, gone, faults }) => [name, same, newer, gone, faults.length]);
  terminal.line(table(['stream', 'the same', 'newer', 'gone since', 'differ'], rows));
  const stages = Object.entries(stagesMs).map(([stage, ms]) => `${stage} ${seconds(ms)}`);
  terminal.line(`\nRecovery time   ${seconds(report.recoveryTimeMs)} (${stages.join(', ')})`);
  const lost = `${wouldBeLost.messages} messages and ${wouldBeLost.entries} entries of buckets would be lost`;
  terminal.line(`Recovery point  ${seconds(report.recoveryPointMs)} old: ${lost}`);
  terminal.line(`Read            ${doorLine(doors)}`);
  for (const fault of faults) terminal.line(`✗ ${fault}`);
  const { backup, createdAt } = report;
  const end = report.ok ? '✓ The instance can be restored from' : '✗ The copy differs; it was restored from';
  terminal.line(`${end} ${backup} of ${createdAt}`);
}

function doorLine({ documents, same, notCompared }: DoorComparison): string {
  if (notCompared !== undefined) return `${documents} documents through the copy; not compared: ${notCompared}`;
  return `${documents} documents through the copy, ${same} of them as in the running instance`;
}

/** A reader never sees half of it. */
function writeWhole(path: string, text: string): void {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text);
  renameSync(draft, path);
}

async function* nothing(): AsyncGenerator<never> {
  // The running instance has removed this stream.
}
