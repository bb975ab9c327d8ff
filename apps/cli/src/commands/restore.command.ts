import { Snapshots, type StreamHead } from '@llmos/bus';
import type { KeyService } from '@llmos/privacy';
import { claim } from '@llmos/supervisor';
import { backupMasterKey } from '../backup/backup-master-key.js';
import { readBackup, type Backup } from '../backup/backup-reader.js';
import { startRestoreBroker, type RestoreBroker } from '../backup/restore-broker.js';
import { CliError } from '../cli-error.js';
import { stopSignal } from '../terminal/stop-signal.js';
import { progressLine } from '../terminal/progress-line.js';
import { megabytes, seconds } from '../terminal/terminal.js';
import { transferReport } from '../terminal/transfer-report.js';
import { markFinished, markUnfinished } from '../backup/unfinished-restore.js';
import { streamTable } from './backup.command.js';
import { natsServer, openStore, showOther, type CommandContext } from './context.js';

export interface RestoreOptions {
  readonly verify?: boolean;
  readonly replace?: boolean;
  readonly json?: boolean;
}

const AGAIN = 'run the restore again with --replace; until then `llmos up` refuses to start with half of it';

/**
 * Reads the whole backup, and only when all of it is right brings it back: into a broker that is started for that alone,
 * so that no service works with half of it. With `verify` it is only read.
 */
export async function restore(context: CommandContext, file: string, options: RestoreOptions): Promise<number> {
  const from = Date.now();
  if (!options.verify && context.instance.running())
    throw new CliError('LLM OS is running', 'run `npx llmos down` first');
  const master = await backupMasterKey(context.config.home, false);
  const backup = await check(context, file, master);
  if (!options.verify && !(await bringBack(context, file, master, options.replace === true))) return 1;
  show(context, file, backup, options, Date.now() - from);
  return 0;
}

async function check(context: CommandContext, file: string, master: KeyService): Promise<Backup> {
  const progress = progressLine(context.terminal);
  try {
    return await readBackup(file, master, {
      stream: async (_, pieces) => {
        for await (const piece of pieces) void piece;
      },
      progress: (done, total) => progress.show({ stage: 'checking', done, total }),
    });
  } finally {
    progress.stop();
  }
}

/** Has the instance to itself meanwhile; false when another process took it. */
async function bringBack(
  context: CommandContext,
  file: string,
  master: KeyService,
  replace: boolean,
): Promise<boolean> {
  const stop = stopSignal();
  const claimed = await claim(context.instance);
  if ('other' in claimed) return showOther(context.terminal, claimed.other) !== 0;
  let begun = false;
  try {
    const server = await natsServer(context, await openStore(context), transferReport(context.terminal), stop);
    const broker = await startRestoreBroker(context, server, claimed.own, stop);
    try {
      markUnfinished(context.instance);
      begun = true;
      await fill(context, broker, file, master, replace, stop);
    } finally {
      await broker.stop();
    }
    markFinished(context.instance);
    return true;
  } catch (error) {
    if (!stop.aborted || error instanceof CliError) throw error;
    const [what, hint] = begun
      ? ['what was here may be gone, and not all of the backup is there', AGAIN]
      : ['it has changed nothing', undefined];
    throw new CliError(`The restore was stopped; ${what}`, hint, { cause: error });
  } finally {
    context.instance.state.remove();
  }
}

async function fill(
  context: CommandContext,
  broker: RestoreBroker,
  file: string,
  master: KeyService,
  replace: boolean,
  stop: AbortSignal,
): Promise<void> {
  const snapshots = await Snapshots.connect(broker);
  stop.addEventListener('abort', () => void snapshots.close());
  const progress = progressLine(context.terminal);
  try {
    stop.throwIfAborted();
    await makeRoom(snapshots, replace);
    const restoreOne = async (head: StreamHead, pieces: AsyncIterable<Uint8Array>) => {
      stop.throwIfAborted();
      await snapshots.restore(head, pieces);
    };
    await readBackup(file, master, {
      stream: (head, pieces) => restoreOne(head, pieces).catch((cause: unknown) => fail(head, cause, stop)),
      progress: (done, total) => progress.show({ stage: 'restoring', done, total }),
    });
  } finally {
    progress.stop();
    await snapshots.close();
  }
}

/**
 * Makes room: everything the broker has goes, for what is in no backup would be sealed with keys that are not in it either.
 *
 * @throws CliError naming the streams that have messages, unless `replace` says that these may go too.
 */
async function makeRoom(snapshots: Snapshots, replace: boolean): Promise<void> {
  const streams = await snapshots.list();
  const filled = streams.filter(({ messages }) => messages > 0).map(({ name }) => name);
  if (filled.length > 0 && !replace)
    throw new CliError(
      `Nothing was restored: there are messages already in ${filled.join(', ')}`,
      'restore into an empty LLMOS_HOME, or add --replace, which removes all that is stored first',
    );
  for (const { name } of streams) await snapshots.delete(name);
}

function fail(head: StreamHead, cause: unknown, stop: AbortSignal): never {
  const reason = stop.aborted ? 'it was stopped' : cause instanceof Error ? cause.message : String(cause);
  throw new CliError(
    `The restore ended at the stream ${head.config.name}: ${reason}. What came before it is there, the rest is not`,
    AGAIN,
    { cause },
  );
}

function show(
  { terminal }: CommandContext,
  file: string,
  { header, sizeBytes, streams }: Backup,
  { verify, json }: RestoreOptions,
  tookMs: number,
): void {
  const { createdAt, broker } = header;
  if (json)
    return terminal.line(
      JSON.stringify({ file, restored: verify !== true, createdAt, broker, sizeBytes, tookMs, streams }),
    );
  terminal.line(streamTable(streams));
  const size = `${streams.length} streams, ${megabytes(sizeBytes)} (${seconds(tookMs)})`;
  if (verify) return terminal.line(`\n✓ The backup of ${createdAt} is whole: ${size}`);
  terminal.line(`\n✓ All is as it was at ${createdAt}: ${size}`);
  terminal.line('  Keys of tenants that were shredded after that moment are back: shred these tenants again.');
  terminal.line('  Start it with `npx llmos up`.');
}
