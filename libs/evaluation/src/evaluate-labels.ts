import type { GatewayClient } from '@llmos/client';
import { analyze, classify } from '@llmos/contracts/capabilities/analysis';
import { z } from 'zod';
import { mapBatches, type EvaluationOptions } from './concurrency.js';
import { parseCsv } from './csv.js';
import { EvaluationError } from './evaluation-error.js';

export interface LabelReport {
  readonly n: number;
  readonly accuracy: number;
  /** Macro F1: the mean of the F1 of each label. */
  readonly f1: number;
}

export interface LabelledText {
  readonly text: string;
  readonly label: string;
}

const SENTIMENTS: Readonly<Record<string, string>> = {
  '0': 'negative',
  '1': 'positive',
  neg: 'negative',
  pos: 'positive',
};

const analysesSchema = z.object({
  analyses: z.array(analyze.output.shape.analyses.element.pick({ sentiment: true })),
});
const resultsSchema = z.object({ results: z.array(classify.output.shape.results.element.pick({ label: true })) });

/** Reads a CSV with the columns text and label. */
export const parseLabelled = (text: string, file: string): LabelledText[] =>
  parseCsv(text, file, ['text', 'label']).map(({ text, label }) => ({ text, label }));

/**
 * Compares the sentiment of every row with its label. Without `neutral` rows in the data, the answer `neutral` counts
 * as the more likely one of the other two.
 */
export async function evaluateSentiment(
  client: GatewayClient,
  rows: readonly LabelledText[],
  options: EvaluationOptions,
): Promise<LabelReport> {
  const wanted = rows.map(({ text, label }) => ({ text, label: SENTIMENTS[label] ?? label }));
  const unknown = wanted.find(({ label }) => !['positive', 'negative', 'neutral'].includes(label));
  if (unknown)
    throw new EvaluationError(
      `'${unknown.label}' is no sentiment`,
      'label the rows positive, negative, neutral, 1 or 0',
    );
  const isBinary = !wanted.some(({ label }) => label === 'neutral');
  return judge(wanted, options, async (texts) => {
    const { details } = await client.process('text_analysis', { texts, tasks: ['sentiment'], language: 'en' });
    return analysesSchema.parse(details).analyses.map(({ sentiment }) => {
      if (!sentiment || !isBinary) return sentiment?.label;
      return sentiment.positive >= 0.5 ? 'positive' : 'negative';
    });
  });
}

/** Classifies every row, by a trained classifier or by the names of the labels in the data, and compares the labels. */
export function evaluateClasses(
  client: GatewayClient,
  rows: readonly LabelledText[],
  classifier: string | undefined,
  options: EvaluationOptions,
): Promise<LabelReport> {
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  const choice = classifier === undefined ? { labels } : { classifier };
  return judge(rows, options, async (texts) => {
    const { details } = await client.process('classify_text', { texts, ...choice, language: 'en' });
    return resultsSchema.parse(details).results.map(({ label }) => label);
  });
}

async function judge(
  rows: readonly LabelledText[],
  options: EvaluationOptions,
  labelsOf: (texts: readonly string[]) => Promise<readonly (string | undefined)[]>,
): Promise<LabelReport> {
  const found = await mapBatches(rows, options, async (batch) => {
    const labels = await labelsOf(batch.map(({ text }) => text));
    if (labels.length !== batch.length) throw new EvaluationError(`${batch.length} texts got ${labels.length} answers`);
    return labels;
  });
  const isRight = ({ label }: LabelledText, at: number) => found[at] === label;
  const scores = [...new Set(rows.map(({ label }) => label))].map((label) => {
    const hits = rows.filter((row, at) => row.label === label && isRight(row, at)).length;
    const of = rows.filter((row) => row.label === label).length + found.filter((other) => other === label).length;
    return (2 * hits) / of;
  });
  return {
    n: rows.length,
    accuracy: rows.filter(isRight).length / rows.length,
    f1: scores.reduce((sum, score) => sum + score, 0) / scores.length,
  };
}
