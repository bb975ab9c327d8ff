import { isLlmosError } from '@llmos/contracts';
import type { Item } from '@llmos/contracts/capabilities/recommender';
import { knownFields, readItem, type RowKind } from '@llmos/contracts/capabilities/recommender-rows';
import type { LongTaskContext } from '../task-context.js';
import { readRows, type FileFormat } from './file-rows.js';
import type { InteractionsService } from './interactions.service.js';
import type { ItemsService } from './items.service.js';
import { Progress } from './progress.js';
import type { SentRow } from './row-check.js';
import { Tally, type Counts } from './tally.js';

/** Rows per batch. All interactions of a user in a batch cost one write. */
const INTERACTIONS_PER_BATCH = 50_000;
const ITEMS_PER_BATCH = 500;
const PROGRESS_MS = 250;

export interface ImportRequest {
  readonly file: Uint8Array;
  readonly format: FileFormat;
  readonly kind: RowKind;
}

/**
 * Imports files of interactions or items. An invalid row is reported with its line and does not stop the import. A
 * redelivered import finds its rows already stored.
 */
export class ImportService {
  constructor(
    private readonly interactions: InteractionsService,
    private readonly items: ItemsService,
  ) {}

  /**
   * @throws LlmosError INVALID_ARGUMENT, before anything is stored, if a CSV file has no header, or one of over 256
   * columns; the signal's reason on abort.
   */
  async import(request: ImportRequest, task: LongTaskContext): Promise<Counts & { rows: number }> {
    const tally = new Tally();
    let rows = 0;
    const progress = new Progress((final) => {
      const { accepted, rejected, duplicates } = tally;
      task.emit({ rows, accepted, duplicates, rejected, done: final });
    });
    const kind = this.kindOf(request.kind, tally, task);
    let batch: SentRow[] = [];
    // A timer, because storing a batch takes longer than reading it.
    const timer = setInterval(() => progress.tick(), PROGRESS_MS);
    try {
      const read = readRows(request.file, request.format, { kind: request.kind, signal: task.signal });
      for await (const { line, value, fault } of read) {
        rows++;
        if (fault !== undefined) tally.reject(line, fault);
        else batch.push({ row: line, value: knownFields(request.kind, value) });
        if (batch.length < kind.batchSize) continue;
        await kind.store(batch);
        batch = [];
      }
      await kind.store(batch);
    } finally {
      clearInterval(timer);
    }
    progress.end();
    return { rows, ...tally.counts };
  }

  private kindOf(kind: ImportRequest['kind'], tally: Tally, task: LongTaskContext) {
    if (kind === 'items') {
      const store = (sent: SentRow[]): Promise<unknown> => this.storeItems(sent, tally, task);
      return { batchSize: ITEMS_PER_BATCH, store };
    }
    const store = (sent: SentRow[]): Promise<unknown> => this.interactions.record(sent, task, tally);
    return { batchSize: INTERACTIONS_PER_BATCH, store };
  }

  private async storeItems(sent: readonly SentRow[], tally: Tally, task: LongTaskContext): Promise<void> {
    const items: Item[] = [];
    const rows: number[] = [];
    for (const { row, value } of sent) {
      const read = readItem(value);
      if (read.value === undefined) tally.reject(row, read.reason);
      else {
        items.push(read.value);
        rows.push(row);
      }
    }
    if (items.length === 0) return;
    try {
      tally.accepted += await this.items.upsert(items, task);
    } catch (error) {
      if (!isLlmosError(error) || error.code !== 'PAYLOAD_TOO_LARGE') throw error;
      for (const row of rows) tally.reject(row, error.message);
    }
  }
}
