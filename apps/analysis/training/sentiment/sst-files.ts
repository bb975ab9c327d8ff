import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LlmosError } from '@llmos/contracts';

/** A sentence with its polarity: 1 positive, 0 negative. */
export interface LabelledSentence {
  readonly text: string;
  readonly label: number;
}

/** Reads lines of `sentence <tab> 0|1`. @throws LlmosError NOT_FOUND, or INVALID_ARGUMENT naming the line. */
export async function readSentences(folder: string, name: string): Promise<LabelledSentence[]> {
  const content = await readFile(join(folder, name), 'utf8').catch((cause: unknown) => {
    throw new LlmosError('NOT_FOUND', `${join(folder, name)} could not be read.`, { field: 'data', cause });
  });
  const lines = content.split('\n').filter((line) => line.trim() !== '');
  return lines.map((line, at) => {
    const [text = '', label = ''] = line.split('\t');
    if (text && (label === '0' || label === '1')) return { text, label: Number(label) };
    const message = `Line ${at + 1} of ${name} is not 'sentence <tab> 0 or 1'.`;
    throw new LlmosError('INVALID_ARGUMENT', message, { field: 'data' });
  });
}
