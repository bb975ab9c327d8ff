import { detailsOf, type GatewayClient } from '@llmos/client';
import { areaUnderRoc } from '@llmos/learning';
import { mapConcurrently, type EvaluationOptions } from './concurrency.js';
import { parseCsv } from './csv.js';
import { recallAtFalseAlarms } from './detection-metrics.js';
import { EvaluationError } from './evaluation-error.js';

const OUT_OF_SCOPE_CATEGORY = 'oos';
const FALSE_ALARMS = 0.05;

export interface IntentReport {
  /** Rows that have an intent. */
  readonly n: number;
  /** Share of them whose most likely intent is right, also when the service called the text out of scope. */
  readonly accuracy: number;
  /** The same, with "out of scope" counted as a wrong answer. */
  readonly accuracy_as_answered: number;
  /** Detection of out-of-scope texts by their score, without a threshold; null when the data has none. */
  readonly oos: {
    readonly n: number;
    readonly auroc: number | null;
    readonly recall_at_5_percent_false_alarms: number | null;
  };
}

export interface IntentRow {
  readonly text: string;
  /** The intent, or `oos`. */
  readonly category: string;
}

export const parseIntents = (text: string, file: string): IntentRow[] => parseCsv(text, file, ['text', 'category']);

/** Detects the intent of every row and compares it with the category of the row. */
export async function evaluateIntent(
  client: GatewayClient,
  rows: readonly IntentRow[],
  { concurrency, onDone }: EvaluationOptions,
): Promise<IntentReport> {
  const judged = await mapConcurrently(rows, concurrency, async ({ text, category }, index) => {
    const { intent } = detailsOf(await client.process('detect_intent', { text }));
    if (!intent) throw new EvaluationError(`Row ${index + 1}: the pipeline detect_intent returned no intent`);
    onDone?.();
    const best = intent.top[0]?.intent ?? intent.intent;
    return { category, best, answered: intent.intent, score: intent.outOfScopeScore };
  });
  const inScope = judged.filter(({ category }) => category !== OUT_OF_SCOPE_CATEGORY);
  const scores = judged.filter(({ category }) => category === OUT_OF_SCOPE_CATEGORY).map(({ score }) => score);
  const inScopeScores = inScope.map(({ score }) => score);
  return {
    n: inScope.length,
    accuracy: inScope.filter(({ best, category }) => best === category).length / inScope.length,
    accuracy_as_answered: inScope.filter(({ answered, category }) => answered === category).length / inScope.length,
    oos: {
      n: scores.length,
      auroc: orNull(areaUnderRoc(scores, inScopeScores)),
      recall_at_5_percent_false_alarms: orNull(recallAtFalseAlarms(scores, inScopeScores, FALSE_ALARMS)),
    },
  };
}

/** JSON has no NaN. */
const orNull = (value: number) => (Number.isNaN(value) ? null : value);
