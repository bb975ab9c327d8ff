import { createHash } from 'node:crypto';
import { appendFile, readFile } from 'node:fs/promises';

/** The part of an embedder that training needs. */
export interface TextEmbedder {
  embed(texts: readonly string[]): Promise<Float32Array[]>;
}

const KEY_BYTES = 32;
const BATCH = 200;

/** Embeds each text once: vectors lie in a file, by the SHA-256 of their text, and are kept between runs. */
export class EmbeddingCache {
  private readonly vectors = new Map<string, Float32Array>();

  /** @param path the file; absent, vectors live as long as this object. */
  static async open(embedder: TextEmbedder, dimensions: number, path?: string): Promise<EmbeddingCache> {
    const cache = new EmbeddingCache(embedder, path);
    const bytes = path === undefined ? undefined : await readFile(path).catch(() => undefined);
    const size = KEY_BYTES + dimensions * 4;
    for (let at = 0; bytes && at + size <= bytes.length; at += size) {
      const key = bytes.subarray(at, at + KEY_BYTES).toString('hex');
      cache.vectors.set(key, new Float32Array(new Uint8Array(bytes.subarray(at + KEY_BYTES, at + size)).buffer));
    }
    return cache;
  }

  private constructor(
    private readonly embedder: TextEmbedder,
    private readonly path?: string,
  ) {}

  async embed(texts: readonly string[], log: (line: string) => void = () => undefined): Promise<Float32Array[]> {
    const missing = [...new Set(texts.filter((text) => !this.vectors.has(keyOf(text))))];
    for (let from = 0; from < missing.length; from += BATCH) {
      await this.add(missing.slice(from, from + BATCH));
      log(`embedded ${Math.min(from + BATCH, missing.length)} of ${missing.length}`);
    }
    return texts.map((text) => this.vectors.get(keyOf(text)) ?? new Float32Array());
  }

  private async add(texts: readonly string[]): Promise<void> {
    const vectors = await this.embedder.embed(texts);
    const parts = texts.flatMap((text, at) => {
      const vector = vectors[at] ?? new Float32Array();
      this.vectors.set(keyOf(text), vector);
      return [Buffer.from(keyOf(text), 'hex'), new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength)];
    });
    if (this.path !== undefined) await appendFile(this.path, Buffer.concat(parts));
  }
}

function keyOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
