import type { GatewayClient } from '@llmos/client';
import { analyze } from '@llmos/contracts/capabilities/analysis';
import { stemmer } from 'stemmer';
import { z } from 'zod';
import { mapBatches, type EvaluationOptions } from './concurrency.js';
import { parseLines } from './json-lines.js';

const rowSchema = z.object({ text: z.string().min(1), phrases: z.array(z.string().min(1)).min(1) });
export type KeyPhraseRow = z.infer<typeof rowSchema>;

export interface KeyPhraseFigures {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Means over the texts, for the first five and the first ten phrases. */
export interface KeyPhraseReport {
  readonly n: number;
  readonly at5: KeyPhraseFigures;
  readonly at10: KeyPhraseFigures;
}

const replySchema = z.object({
  analyses: z.array(analyze.output.shape.analyses.element.pick({ keyPhrases: true })),
});

export const parseKeyPhrases = (text: string, file: string): KeyPhraseRow[] => parseLines(text, file, rowSchema);

/** Extracts the key phrases of every text. A phrase is right when a marked phrase has the same stems (Porter 1980). */
export async function evaluateKeyPhrases(
  client: GatewayClient,
  rows: readonly KeyPhraseRow[],
  options: EvaluationOptions,
): Promise<KeyPhraseReport> {
  const judged = await mapBatches(rows, options, async (batch) => {
    const texts = batch.map(({ text }) => text);
    const { details } = await client.process('text_analysis', { texts, tasks: ['key_phrases'], language: 'en' });
    const { analyses } = replySchema.parse(details);
    return batch.map(({ phrases }, at) => ({
      marked: stems(phrases),
      found: stems((analyses[at]?.keyPhrases ?? []).map(({ text }) => text)),
    }));
  });
  const upTo = (places: number) => mean(judged.map(({ marked, found }) => figures(marked, found.slice(0, places))));
  return { n: rows.length, at5: upTo(5), at10: upTo(10) };
}

/** The stemmed phrases in order, without repetitions. */
function stems(phrases: readonly string[]): string[] {
  return [...new Set(phrases.map((phrase) => phrase.trim().split(/\s+/).map(stemmer).join(' ')))];
}

function figures(marked: readonly string[], found: readonly string[]): KeyPhraseFigures {
  const right = found.filter((phrase) => marked.includes(phrase)).length;
  const precision = found.length === 0 ? 0 : right / found.length;
  const recall = right / marked.length;
  return { precision, recall, f1: right === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

function mean(all: readonly KeyPhraseFigures[]): KeyPhraseFigures {
  const of = (name: keyof KeyPhraseFigures) => all.reduce((sum, each) => sum + each[name], 0) / all.length;
  return { precision: of('precision'), recall: of('recall'), f1: of('f1') };
}
