import { hash } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';
import type { Embedder } from './embedder.js';

const KEY_BYTES = 32;
const BATCH = 200;

export interface EmbeddingCacheOptions {
  readonly embedder: Pick<Embedder, 'embed'>;
  /** Length of each vector. */
  readonly dimensions: number;
  /**
   * The file: the SHA-256 of a text, its vector as float32, and so on. Absent: vectors live as long as this object.
   */
  readonly path?: string | undefined;
}

/** Embeds each text once, for trainings that are run again and again: vectors are kept in a file between runs. */
export class EmbeddingCache {
  private readonly vectors = new Map<string, Float32Array>();

  static async open(options: EmbeddingCacheOptions): Promise<EmbeddingCache> {
    const { path, dimensions } = options;
    const cache = new EmbeddingCache(options);
    const bytes = path === undefined ? undefined : await readFile(path).catch(() => undefined);
    const size = KEY_BYTES + dimensions * Float32Array.BYTES_PER_ELEMENT;
    for (let at = 0; bytes && at + size <= bytes.length; at += size) {
      const key = bytes.toString('hex', at, at + KEY_BYTES);
      cache.vectors.set(key, new Float32Array(new Uint8Array(bytes.subarray(at + KEY_BYTES, at + size)).buffer));
    }
    return cache;
  }

  private constructor(private readonly options: EmbeddingCacheOptions) {}

  /** One vector per text, in order. */
  async embed(texts: readonly string[], log: (line: string) => void = () => undefined): Promise<Float32Array[]> {
    const missing = [...new Set(texts.filter((text) => !this.vectors.has(keyOf(text))))];
    for (let from = 0; from < missing.length; from += BATCH) {
      await this.add(missing.slice(from, from + BATCH));
      log(`embedded ${Math.min(from + BATCH, missing.length)} of ${missing.length}`);
    }
    return texts.map((text) => this.vectors.get(keyOf(text))!);
  }

  private async add(texts: readonly string[]): Promise<void> {
    const { embedder, path } = this.options;
    const vectors = await embedder.embed(texts);
    const parts = vectors.flatMap((vector, at) => {
      const key = keyOf(texts[at]!);
      this.vectors.set(key, vector);
      return [Buffer.from(key, 'hex'), new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)];
    });
    if (path !== undefined) await appendFile(path, Buffer.concat(parts));
  }
}

function keyOf(text: string): string {
  return hash('sha256', text);
}
