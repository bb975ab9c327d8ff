import { z } from 'zod';
import type { GatewayClient } from '@llmos/client';
import { detailsOf } from '@llmos/client';
import { CliError } from '../cli-error.js';
import { auroc, recallAtFalseAlarms } from './detection.js';
import { eachAtOnce } from './each-at-once.js';

export const OUT_OF_SCOPE_CATEGORY = 'oos';
const FALSE_ALARMS = 0.05;

export interface IntentReport {
  /** Rows that have an intent. */
  readonly n: number;
  /** Share of them whose most likely intent is the right one, whether or not it was also called out of scope. */
  readonly accuracy: number;
  /** The same, with "out of scope" counted as a wrong answer. */
  readonly accuracy_as_answered: number;
  readonly oos: {
    readonly n: number;
    readonly auroc: number | null;
    readonly recall_at_5_percent_false_alarms: number | null;
  };
}

interface Judged {
  readonly isOos: boolean;
  readonly best: string | undefined;
  readonly said: string;
  readonly score: number;
}

/**
 * Asks for the intent of every row and compares. Telling strangers' questions apart is judged without a threshold:
 * by the out-of-scope score of the `oos` rows against that of all others (null when the data has no such rows).
 */
export async function evaluateIntent(
  client: GatewayClient,
  rows: readonly { text: string; category: string }[],
  concurrency: number,
  onDone: () => void,
): Promise<IntentReport> {
  const judged = await eachAtOnce(rows, concurrency, async ({ text, category }, index): Promise<Judged> => {
    const { intent } = detailsOf(await client.process('detect_intent', { text }));
    if (!intent) throw new CliError(`Row ${index + 1}: the pipeline detect_intent gave no intent`);
    onDone();
    const score = intent.outOfScopeScore ?? (intent.outOfScope ? 1 : 0);
    return {
      isOos: category === OUT_OF_SCOPE_CATEGORY,
      best: intent.top[0]?.intent ?? intent.intent,
      said: intent.intent,
      score,
    };
  });
  return summarise(rows, judged);
}

function summarise(rows: readonly { category: string }[], judged: readonly Judged[]): IntentReport {
  const known = judged.flatMap((row, index) => (row.isOos ? [] : [{ ...row, category: rows[index]!.category }]));
  const strangers = judged.filter(({ isOos }) => isOos).map(({ score }) => score);
  const insiders = known.map(({ score }) => score);
  return {
    n: known.length,
    accuracy: known.filter(({ best, category }) => best === category).length / known.length,
    accuracy_as_answered: known.filter(({ said, category }) => said === category).length / known.length,
    oos: {
      n: strangers.length,
      auroc: orNull(auroc(strangers, insiders)),
      recall_at_5_percent_false_alarms: orNull(recallAtFalseAlarms(strangers, insiders, FALSE_ALARMS)),
    },
  };
}

/** JSON has no NaN. */
const orNull = (value: number) => z.number().nullable().catch(null).parse(value);
