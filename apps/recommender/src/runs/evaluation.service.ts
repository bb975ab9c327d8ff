import { LlmosError, type InputOf, type OutputOf } from '@llmos/contracts';
import { interactionSchema, type Interaction, type evaluate } from '@llmos/contracts/capabilities/recommender';
import type { PatientCaller } from '../caller.js';
import { evaluateFile } from '../evaluation/evaluate.js';
import { readRows } from '../intake/file-rows.js';
import { firstIssue } from '../intake/first-issue.js';
import { Progress } from '../intake/progress.js';
import { interactionColumn, interactionFields } from '../intake/row-fields.js';
import { Tally, type Counts } from '../intake/tally.js';
import { DEFAULT_FACTORS, DEFAULT_SWEEPS } from '../training/settings.js';
import type { FairTurns } from './fair-turns.js';

/** Blank lines apart; those of MovieLens-1M twice over. */
const MAX_ROWS = 2_000_000;
/** The published settings stay far below: 64 factors in 12 sweeps are 768, and 512 factors may have 16 sweeps. */
const MAX_FACTOR_SWEEPS = 8_192;

export interface EvaluationParts {
  /** Of the matrix products. */
  readonly threads: number;
  readonly turns: FairTurns;
  /** Of a file. Default 2,000,000. */
  readonly maxRows?: number;
}

/** Measures the algorithms on a file somebody brings, and touches nothing that is stored. */
export class EvaluationService {
  constructor(private readonly parts: EvaluationParts) {}

  /**
   * Few at a time in this process, since each takes the memory of its model, and tenants take turns.
   *
   * @throws LlmosError INVALID_ARGUMENT when no row of the file can be used, or too many factors and sweeps are asked
   * for; PAYLOAD_TOO_LARGE for a file of too many rows; OVERLOADED when too many of the tenant wait; the signal's reason
   * when it aborts.
   */
  async evaluate(request: InputOf<typeof evaluate>, caller: PatientCaller): Promise<OutputOf<typeof evaluate>> {
    checkWork(request);
    return this.parts.turns.take(caller, () => this.measure(request, caller));
  }

  private async measure(request: InputOf<typeof evaluate>, caller: PatientCaller): Promise<OutputOf<typeof evaluate>> {
    const { file, format, ...settings } = request;
    const { rows, rejected, rejections } = await readInteractions(file, format, {
      maxRows: this.parts.maxRows ?? MAX_ROWS,
      signal: caller.signal,
    });
    let last: object = {};
    const progress = new Progress(() => caller.emit(last));
    const figures = await evaluateFile(rows, {
      ...settings,
      threads: this.parts.threads,
      signal: caller.signal,
      onProgress: (made) => {
        last = made;
        progress.tick();
      },
    });
    return { ...figures, leftOut: figures.leftOut + rejected, rejections };
  }
}

/** What an iALS of this many factors and sweeps takes of its turn grows with both. */
function checkWork({ algorithm, factors, sweeps }: InputOf<typeof evaluate>): void {
  if (algorithm === 'ease') return;
  const [length, times] = [factors ?? DEFAULT_FACTORS, sweeps ?? DEFAULT_SWEEPS];
  if (length * times <= MAX_FACTOR_SWEEPS) return;
  throw new LlmosError(
    'INVALID_ARGUMENT',
    `${length} factors in ${times} sweeps are ${length * times}; an evaluation takes ${MAX_FACTOR_SWEEPS} at most. Ask for fewer factors or sweeps.`,
    { field: 'sweeps' },
  );
}

async function readInteractions(
  file: Uint8Array,
  format: 'jsonl' | 'csv',
  { maxRows, signal }: { readonly maxRows: number; readonly signal: AbortSignal },
): Promise<{ rows: Interaction[] } & Pick<Counts, 'rejected' | 'rejections'>> {
  const rows: Interaction[] = [];
  const tally = new Tally();
  for await (const { line, value, fault } of readRows(file, format, { columnOf: interactionColumn, signal })) {
    if (rows.length + tally.rejected >= maxRows)
      throw new LlmosError(
        'PAYLOAD_TOO_LARGE',
        `The file has more than ${maxRows} rows, which are the limit of an evaluation. Send a part of it.`,
        { field: 'file' },
      );
    if (fault !== undefined) {
      tally.reject(line, fault);
      continue;
    }
    const parsed = interactionSchema.safeParse(interactionFields(value));
    if (parsed.success) rows.push(parsed.data);
    else tally.reject(line, firstIssue(parsed.error));
  }
  const { rejected, rejections } = tally.counts;
  if (rows.length === 0)
    throw new LlmosError(
      'INVALID_ARGUMENT',
      `None of the ${rejected} rows is an interaction. A file has the columns user and item, and may have value and at.`,
      { field: 'file' },
    );
  return { rows, rejected, rejections };
}
