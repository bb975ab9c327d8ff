import { readFile, writeFile } from 'node:fs/promises';
import { sha256 } from '../head/head-file.js';

/** The part of an embedder that training needs. */
export interface TextEmbedder {
  embed(texts: readonly string[]): Promise<Float32Array[]>;
}

const PROGRESS_EVERY = 1_000;

/** Embeds texts. With a `cachePath`, reads the vectors from there when they are of these texts, else writes them. */
export async function embedTexts(
  texts: readonly string[],
  embedder: TextEmbedder,
  cachePath?: string,
  log: (line: string) => void = () => undefined,
): Promise<Float32Array[]> {
  const key = Buffer.from(sha256(Buffer.from(JSON.stringify(texts))), 'hex');
  const cached = cachePath === undefined ? undefined : await readFile(cachePath).catch(() => undefined);
  if (cached?.subarray(0, key.length).equals(key)) return unpack(cached.subarray(key.length), texts.length);
  const vectors: Float32Array[] = [];
  for (const text of texts) {
    const [vector] = await embedder.embed([text]);
    if (!vector) throw new Error('The embedder gave no vector.');
    vectors.push(vector);
    if (vectors.length % PROGRESS_EVERY === 0) log(`embedded ${vectors.length} of ${texts.length}`);
  }
  if (cachePath !== undefined)
    await writeFile(
      cachePath,
      Buffer.concat([
        key,
        ...vectors.map((vector) => new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)),
      ]),
    );
  return vectors;
}

function unpack(bytes: Buffer, count: number): Float32Array[] {
  const all = new Float32Array(new Uint8Array(bytes).buffer);
  const dimensions = all.length / count;
  return Array.from({ length: count }, (_, row) => all.slice(row * dimensions, (row + 1) * dimensions));
}
