import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LlmosError } from '@llmos/contracts';

/** A sentence with its polarity: 1 positive, 0 negative. */
export interface LabelledSentence {
  readonly text: string;
  readonly label: number;
}

const LABELS = ['positive', 'negative', 'neutral'] as const;

/** A sentence of `everyday_sentences.py`. */
export interface EverydaySentence {
  readonly text: string;
  readonly label: (typeof LABELS)[number];
}

/** Reads lines of `sentence <tab> positive|negative|neutral`. @throws LlmosError as {@link readSentences}. */
export async function readEveryday(folder: string, name: string): Promise<EverydaySentence[]> {
  return (await readLines(folder, name)).map(([text = '', given], at) => {
    const label = LABELS.find((known) => known === given);
    if (text && label) return { text, label };
    throw invalid(at, name, LABELS.join(', '));
  });
}

/** Reads lines of `sentence <tab> 0|1`. @throws LlmosError NOT_FOUND, or INVALID_ARGUMENT naming the line. */
export async function readSentences(folder: string, name: string): Promise<LabelledSentence[]> {
  return (await readLines(folder, name)).map(([text = '', label], at) => {
    if (text && (label === '0' || label === '1')) return { text, label: Number(label) };
    throw invalid(at, name, '0 or 1');
  });
}

async function readLines(folder: string, name: string): Promise<string[][]> {
  const content = await readFile(join(folder, name), 'utf8').catch((cause: unknown) => {
    throw new LlmosError('NOT_FOUND', `${join(folder, name)} could not be read.`, { field: 'data', cause });
  });
  const lines = content.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line) => line.split('\t'));
}

function invalid(at: number, name: string, labels: string): LlmosError {
  return new LlmosError('INVALID_ARGUMENT', `Line ${at + 1} of ${name} is not 'sentence <tab> ${labels}'.`, {
    field: 'data',
  });
}
