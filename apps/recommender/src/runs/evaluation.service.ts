import { LlmosError, type InputOf, type OutputOf } from '@llmos/contracts';
import { interactionSchema, type Interaction, type evaluate } from '@llmos/contracts/capabilities/recommender';
import type { PatientCaller } from '../caller.js';
import { evaluateFile } from '../evaluation/evaluate.js';
import { readRows } from '../intake/file-rows.js';
import { KeyTurns } from '../intake/key-turns.js';
import { Progress } from '../intake/progress.js';
import { interactionFields } from '../intake/row-fields.js';

/** Measures the algorithms on a file somebody brings, and touches nothing that is stored. */
export class EvaluationService {
  private readonly turns = new KeyTurns();

  constructor(private readonly threads: number) {}

  /**
   * One at a time in this process: each takes the memory of its model.
   *
   * @throws LlmosError INVALID_ARGUMENT when no row of the file can be used; the signal's reason when it aborts.
   */
  evaluate(request: InputOf<typeof evaluate>, caller: PatientCaller): Promise<OutputOf<typeof evaluate>> {
    return this.turns.take('evaluation', () => this.measure(request, caller));
  }

  private async measure(request: InputOf<typeof evaluate>, caller: PatientCaller): Promise<OutputOf<typeof evaluate>> {
    const { file, format, ...settings } = request;
    const { rows, unread } = await readInteractions(file, format, caller);
    let last: object = {};
    const progress = new Progress(() => caller.emit(last));
    const figures = await evaluateFile(rows, {
      ...settings,
      threads: this.threads,
      signal: caller.signal,
      onProgress: (made) => {
        last = made;
        progress.tick();
      },
    });
    return { ...figures, leftOut: figures.leftOut + unread };
  }
}

async function readInteractions(
  file: Uint8Array,
  format: 'jsonl' | 'csv',
  caller: PatientCaller,
): Promise<{ rows: Interaction[]; unread: number }> {
  const rows: Interaction[] = [];
  let unread = 0;
  for await (const { value } of readRows(file, format, caller.signal)) {
    const parsed = value && interactionSchema.safeParse(interactionFields(value));
    if (parsed?.success) rows.push(parsed.data);
    else unread++;
  }
  if (rows.length === 0)
    throw new LlmosError(
      'INVALID_ARGUMENT',
      `None of the ${unread} rows is an interaction. A file has the columns user and item, and may have value and at.`,
      { field: 'file' },
    );
  return { rows, unread };
}
