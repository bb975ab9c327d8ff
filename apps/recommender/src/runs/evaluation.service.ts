import { LlmosError, type InputOf, type OutputOf } from '@llmos/contracts';
import type { Interaction } from '@llmos/contracts/capabilities/recommender';
import type { evaluate } from '@llmos/contracts/capabilities/recommender-training';
import { readInteraction } from '@llmos/contracts/capabilities/recommender-rows';
import type { LongTaskContext } from '../task-context.js';
import { evaluateFile } from '../evaluation/evaluate.js';
import { readRows } from '../intake/file-rows.js';
import { Progress } from '../intake/progress.js';
import { Tally, type Counts } from '../intake/tally.js';
import { DEFAULT_FACTORS, DEFAULT_SWEEPS } from '../training/settings.js';
import type { FairQueue } from './fair-queue.js';

/** Without blank lines; twice the rows of MovieLens-1M. */
const MAX_ROWS = 2_000_000;
/** The published settings are far below: 64 factors in 12 sweeps are 768. 512 factors can have 16 sweeps. */
const MAX_FACTOR_SWEEPS = 8_192;

export interface EvaluationParts {
  /** For matrix products. */
  readonly threads: number;
  readonly queue: FairQueue;
  /** Rows per file. Default: 2,000,000. */
  readonly maxRows?: number;
}

/** Measures the algorithms on a file of the caller, without using or changing stored data. */
export class EvaluationService {
  constructor(private readonly parts: EvaluationParts) {}

  /**
   * A process runs few evaluations at a time, because each needs the memory of its model; tenants take turns.
   *
   * @throws LlmosError INVALID_ARGUMENT if the file has no valid row, or the product of factors and sweeps is too
   * large; PAYLOAD_TOO_LARGE for a file with too many rows; OVERLOADED if too many evaluations of the tenant are
   * queued; the signal's reason on abort.
   */
  async evaluate(request: InputOf<typeof evaluate>, task: LongTaskContext): Promise<OutputOf<typeof evaluate>> {
    checkWork(request);
    return this.parts.queue.run(task, () => this.measure(request, task));
  }

  private async measure(request: InputOf<typeof evaluate>, task: LongTaskContext): Promise<OutputOf<typeof evaluate>> {
    const { file, format, ...settings } = request;
    const { rows, rejected, rejections } = await readInteractions(file, format, {
      maxRows: this.parts.maxRows ?? MAX_ROWS,
      signal: task.signal,
    });
    let last: object = {};
    const progress = new Progress(() => task.emit(last));
    const figures = await evaluateFile(rows, {
      ...settings,
      threads: this.parts.threads,
      signal: task.signal,
      onProgress: (made) => {
        last = made;
        progress.tick();
      },
    });
    return { ...figures, leftOut: figures.leftOut + rejected, rejections };
  }
}

/** The time of iALS grows with the product of factors and sweeps. */
function checkWork({ algorithm, factors, sweeps }: InputOf<typeof evaluate>): void {
  if (algorithm === 'ease') return;
  const [length, times] = [factors ?? DEFAULT_FACTORS, sweeps ?? DEFAULT_SWEEPS];
  if (length * times <= MAX_FACTOR_SWEEPS) return;
  const message = `${length} factors × ${times} sweeps are ${length * times}; the limit is ${MAX_FACTOR_SWEEPS}. Use less.`;
  throw new LlmosError('INVALID_ARGUMENT', message, { field: 'sweeps' });
}

async function readInteractions(
  file: Uint8Array,
  format: 'jsonl' | 'csv',
  { maxRows, signal }: { readonly maxRows: number; readonly signal: AbortSignal },
): Promise<{ rows: Interaction[] } & Pick<Counts, 'rejected' | 'rejections'>> {
  const rows: Interaction[] = [];
  const tally = new Tally();
  for await (const { line, value, fault } of readRows(file, format, { kind: 'interactions', signal })) {
    if (rows.length + tally.rejected >= maxRows) {
      const message = `The file has more than ${maxRows} rows, the limit of an evaluation. Send a part of it.`;
      throw new LlmosError('PAYLOAD_TOO_LARGE', message, { field: 'file' });
    }
    if (fault !== undefined) {
      tally.reject(line, fault);
      continue;
    }
    const read = readInteraction(value);
    if (read.value) rows.push(read.value);
    else tally.reject(line, read.reason);
  }
  const { rejected, rejections } = tally.counts;
  if (rows.length === 0) {
    const message = `None of the ${rejected} rows is an interaction. Its rows need a user and an item, and may have a value and a time (at).`;
    throw new LlmosError('INVALID_ARGUMENT', message, { field: 'file' });
  }
  return { rows, rejected, rejections };
}
