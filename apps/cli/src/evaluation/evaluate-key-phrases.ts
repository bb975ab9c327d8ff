import { stemmer } from 'stemmer';
import { z } from 'zod';
import type { GatewayClient } from '@llmos/client';
import { batchesOf, eachAtOnce } from './each-at-once.js';
import { parseLines } from './json-lines.js';

const rowSchema = z.object({ text: z.string().min(1), phrases: z.array(z.string().min(1)).min(1) });
export type KeyPhraseRow = z.infer<typeof rowSchema>;

export interface KeyPhraseFigures {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Means over the texts, of the first five and the first ten phrases. */
export interface KeyPhraseReport {
  readonly n: number;
  readonly at5: KeyPhraseFigures;
  readonly at10: KeyPhraseFigures;
}

const TEXTS_AT_ONCE = 16;
const answerSchema = z.object({
  analyses: z.array(z.object({ keyPhrases: z.array(z.object({ text: z.string() })).default([]) })),
});

export const parseKeyPhrases = (text: string, file: string) => parseLines(text, file, rowSchema);

/** Asks for the key phrases of every text; one is right when its stems (Porter 1980) are those of a phrase of the data. */
export async function evaluateKeyPhrases(
  client: GatewayClient,
  rows: readonly KeyPhraseRow[],
  concurrency: number,
  onDone: () => void,
): Promise<KeyPhraseReport> {
  const found = await eachAtOnce(batchesOf(rows, TEXTS_AT_ONCE), concurrency, async (batch) => {
    const texts = batch.map(({ text }) => text);
    const { details } = await client.process('text_analysis', { texts, tasks: ['key_phrases'], language: 'en' });
    const { analyses } = answerSchema.parse(details);
    batch.forEach(onDone);
    return batch.map(({ phrases }, at) => ({
      wanted: stems(phrases),
      said: stems((analyses[at]?.keyPhrases ?? []).map(({ text }) => text)),
    }));
  });
  const judged = found.flat();
  const upTo = (places: number) => mean(judged.map(({ wanted, said }) => figures(wanted, said.slice(0, places))));
  return { n: rows.length, at5: upTo(5), at10: upTo(10) };
}

/** Each once, in order. */
export function stems(phrases: readonly string[]): string[] {
  return [...new Set(phrases.map((phrase) => phrase.trim().split(/\s+/).map(stemmer).join(' ')))];
}

export function figures(wanted: readonly string[], said: readonly string[]): KeyPhraseFigures {
  const right = said.filter((phrase) => wanted.includes(phrase)).length;
  const precision = said.length === 0 ? 0 : right / said.length;
  const recall = right / wanted.length;
  return { precision, recall, f1: right === 0 ? 0 : (2 * precision * recall) / (precision + recall) };
}

function mean(all: readonly KeyPhraseFigures[]): KeyPhraseFigures {
  const of = (name: keyof KeyPhraseFigures) => all.reduce((sum, each) => sum + each[name], 0) / all.length;
  return { precision: of('precision'), recall: of('recall'), f1: of('f1') };
}
