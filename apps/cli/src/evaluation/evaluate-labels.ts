import { z } from 'zod';
import { CliError } from '../cli-error.js';
import type { GatewayClient } from '@llmos/client';
import { batchesOf, eachAtOnce } from './each-at-once.js';

export interface LabelReport {
  readonly n: number;
  readonly accuracy: number;
  /** Mean of the labels' F1 (macro). */
  readonly f1: number;
}

export interface LabelledText {
  readonly text: string;
  readonly label: string;
}

const TEXTS_AT_ONCE = 16;
const SENTIMENTS: Readonly<Record<string, string>> = {
  '0': 'negative',
  '1': 'positive',
  neg: 'negative',
  pos: 'positive',
};

const sentimentSchema = z.object({
  analyses: z.array(z.object({ sentiment: z.object({ label: z.string(), positive: z.number() }).optional() })),
});
const classesSchema = z.object({ results: z.array(z.object({ label: z.string() })) });

/**
 * Asks for the sentiment of every row. Data without `neutral` rows asks for one of two: what the service calls neutral
 * is then taken for the likelier of them.
 */
export function evaluateSentiment(
  client: GatewayClient,
  rows: readonly LabelledText[],
  concurrency: number,
  onDone: () => void,
): Promise<LabelReport> {
  const wanted = rows.map(({ text, label }) => ({ text, label: SENTIMENTS[label] ?? label }));
  const unknown = wanted.find(({ label }) => !['positive', 'negative', 'neutral'].includes(label));
  if (unknown)
    throw new CliError(`'${unknown.label}' is no sentiment`, 'label the rows positive, negative, neutral, 1 or 0');
  const two = !wanted.some(({ label }) => label === 'neutral');
  return judge(wanted, concurrency, onDone, async (texts) => {
    const { details } = await client.process('text_analysis', { texts, tasks: ['sentiment'], language: 'en' });
    return sentimentSchema.parse(details).analyses.map(({ sentiment }) => {
      if (!sentiment) return 'none';
      return two ? (sentiment.positive >= 0.5 ? 'positive' : 'negative') : sentiment.label;
    });
  });
}

/** Asks for the label of every row: by a trained classifier, or from the names of the labels that the data has. */
export function evaluateClasses(
  client: GatewayClient,
  rows: readonly LabelledText[],
  classifier: string | undefined,
  concurrency: number,
  onDone: () => void,
): Promise<LabelReport> {
  const labels = [...new Set(rows.map(({ label }) => label))].sort();
  const choice = classifier === undefined ? { labels } : { classifier };
  return judge(rows, concurrency, onDone, async (texts) => {
    const { details } = await client.process('classify_text', { texts, ...choice, language: 'en' });
    return classesSchema.parse(details).results.map(({ label }) => label);
  });
}

async function judge(
  rows: readonly LabelledText[],
  concurrency: number,
  onDone: () => void,
  ask: (texts: readonly string[]) => Promise<readonly string[]>,
): Promise<LabelReport> {
  const said = await eachAtOnce(batchesOf(rows, TEXTS_AT_ONCE), concurrency, async (batch) => {
    const labels = await ask(batch.map(({ text }) => text));
    if (labels.length !== batch.length) throw new CliError(`${batch.length} texts got ${labels.length} answers`);
    batch.forEach(() => onDone());
    return labels;
  });
  return summarise(rows, said.flat());
}

function summarise(rows: readonly LabelledText[], said: readonly string[]): LabelReport {
  const labels = [...new Set(rows.map(({ label }) => label))];
  const right = rows.filter(({ label }, at) => said[at] === label).length;
  const scores = labels.map((label) => {
    const hits = rows.filter((row, at) => row.label === label && said[at] === label).length;
    const of = rows.filter((row) => row.label === label).length + said.filter((other) => other === label).length;
    return (2 * hits) / of;
  });
  return {
    n: rows.length,
    accuracy: right / rows.length,
    f1: scores.reduce((sum, score) => sum + score, 0) / labels.length,
  };
}
