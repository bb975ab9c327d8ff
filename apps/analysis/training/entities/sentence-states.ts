import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CatalogEmbedder } from '@llmos/models';
import { TokenTrack } from '#src/text/token-track.js';
import { wordsOf } from '#src/text/words.js';
import { wordFeatures } from '#src/entities/word-features.js';
import type { LabelledSentence } from './crf-trainer.ts';
import { tagsOf, type AnnotatedSentence } from './dataset.ts';

/** Sentences encoded together: enough to keep every worker busy. */
const BATCH = 64;

/** Converts sentences to the trainer's input: word states, features and tags. States can be cached in a file. */
export async function encodeSentences(
  sentences: readonly AnnotatedSentence[],
  embedder: Pick<CatalogEmbedder, 'encode'>,
  cachePath?: string,
): Promise<LabelledSentence[]> {
  const split = sentences
    .map((sentence) => ({ sentence, words: wordsOf(sentence.text) }))
    .filter((each) => each.words.length > 0);
  const states = await cached(cachePath, async () => {
    const rows: Float32Array[] = [];
    for (let from = 0; from < split.length; from += BATCH) {
      const batch = split.slice(from, from + BATCH);
      const encoded = await embedder.encode(batch.map(({ sentence }) => sentence.text));
      batch.forEach(({ sentence: { text }, words }, at) => {
        const dimensions = encoded[at]!.vector.length;
        const track = new TokenTrack([{ start: 0, end: text.length, text, encoded: encoded[at]! }], dimensions);
        for (const { start, end } of words) rows.push(track.mean(start, end));
      });
    }
    return concatenated(rows);
  });
  const count = split.reduce((sum, { words }) => sum + words.length, 0);
  const dimensions = states.length / count;
  let word = 0;
  return split.map(({ sentence, words }) => ({
    states: states.subarray(word * dimensions, (word += words.length) * dimensions),
    features: wordFeatures(words.map(({ text }) => text)),
    tags: tagsOf(words, sentence),
  }));
}

function concatenated(rows: readonly Float32Array[]): Float32Array {
  const width = rows[0]?.length ?? 0;
  const all = new Float32Array(rows.length * width);
  rows.forEach((row, at) => all.set(row, at * width));
  return all;
}

/** Caches the states of one data set in a file, which is complete or absent. */
async function cached(path: string | undefined, make: () => Promise<Float32Array>): Promise<Float32Array> {
  if (!path) return make();
  const kept = await readFile(path).catch(() => undefined);
  if (kept) return new Float32Array(kept.buffer, kept.byteOffset, kept.byteLength / 4);
  const states = await make();
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.part`, new Uint8Array(states.buffer, states.byteOffset, states.byteLength));
  await rename(`${path}.part`, path);
  return states;
}
