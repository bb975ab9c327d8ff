import { itemSchema, type Item } from '@llmos/contracts/capabilities/recommender';
import { isLlmosError } from '@llmos/contracts';
import type { PatientCaller } from '../caller.js';
import { readRows, type FileFormat } from './file-rows.js';
import { firstIssue } from './first-issue.js';
import type { InteractionsService } from './interactions.service.js';
import type { ItemsService } from './items.service.js';
import { Progress } from './progress.js';
import type { SentRow } from './row-check.js';
import { interactionColumn, interactionFields, itemColumn, itemFields } from './row-fields.js';
import { Tally, type Counts } from './tally.js';

/** Rows stored together: a user's rows among them cost one write. */
const INTERACTIONS_AT_ONCE = 50_000;
const ITEMS_AT_ONCE = 500;
const PROGRESS_MS = 250;

export interface ImportRequest {
  readonly file: Uint8Array;
  readonly format: FileFormat;
  readonly kind: 'interactions' | 'items';
}

/**
 * Takes files of interactions or items. A row that cannot be used is told with its line, never the end of the file.
 * Delivered again it finds its rows there already.
 */
export class ImportService {
  constructor(
    private readonly interactions: InteractionsService,
    private readonly items: ItemsService,
  ) {}

  /** @throws LlmosError INVALID_ARGUMENT when a CSV file has no header, or one of over 256 columns; the signal's reason when it aborts. */
  async import(request: ImportRequest, caller: PatientCaller): Promise<Counts & { rows: number }> {
    const tally = new Tally();
    let rows = 0;
    const progress = new Progress((final) => {
      const { accepted, rejected, duplicates } = tally;
      caller.emit({ rows, accepted, duplicates, rejected, done: final });
    });
    const kind = this.kindOf(request.kind, tally, caller);
    let batch: SentRow[] = [];
    // A timer, because storing takes longer than reading.
    const telling = setInterval(() => progress.tick(), PROGRESS_MS);
    const { columnOf } = kind;
    try {
      const read = readRows(request.file, request.format, { columnOf, signal: caller.signal });
      for await (const { line, value, fault } of read) {
        rows++;
        if (fault !== undefined) tally.reject(line, fault);
        else batch.push({ row: line, value: kind.fields(value) });
        if (batch.length < kind.atOnce) continue;
        await kind.store(batch);
        batch = [];
      }
      await kind.store(batch);
    } finally {
      clearInterval(telling);
    }
    progress.end();
    return { rows, ...tally.counts };
  }

  private kindOf(kind: ImportRequest['kind'], tally: Tally, caller: PatientCaller) {
    if (kind === 'items') {
      const store = (sent: SentRow[]): Promise<unknown> => this.storeItems(sent, tally, caller);
      return { atOnce: ITEMS_AT_ONCE, columnOf: itemColumn, fields: itemFields, store };
    }
    const store = (sent: SentRow[]): Promise<unknown> => this.interactions.record(sent, caller, tally);
    return { atOnce: INTERACTIONS_AT_ONCE, columnOf: interactionColumn, fields: interactionFields, store };
  }

  private async storeItems(sent: readonly SentRow[], tally: Tally, caller: PatientCaller): Promise<void> {
    const items: Item[] = [];
    const rows: number[] = [];
    for (const { row, value } of sent) {
      const parsed = itemSchema.safeParse(value);
      if (!parsed.success) tally.reject(row, firstIssue(parsed.error));
      else {
        items.push(parsed.data);
        rows.push(row);
      }
    }
    if (items.length === 0) return;
    try {
      tally.accepted += await this.items.upsert(items, caller);
    } catch (error) {
      if (!isLlmosError(error) || error.code !== 'PAYLOAD_TOO_LARGE') throw error;
      for (const row of rows) tally.reject(row, error.message);
    }
  }
}
