import { createHash } from 'node:crypto';
import type { Embedder, TextRole } from '@llmos/models';
import { contentTokens, type ContentTokens, type TokenProjection } from './relevance/token-projection.js';

/** What a search compares of a text. */
export interface EncodedText {
  /** L2-normalised. */
  readonly vector: Float32Array;
  /** Absent without a projection. */
  readonly tokens?: ContentTokens;
}

/** Encodes questions and passages as a search compares them, each in one pass. */
export class SearchEncoder {
  /** Names the projection: tokens of two projections cannot be compared. */
  readonly tokenRules: string;

  constructor(
    private readonly embedder: Pick<Embedder, 'model' | 'embed' | 'encode'>,
    /** Absent for a model for which none was trained: texts then have no tokens. */
    private readonly projection?: TokenProjection,
  ) {
    this.tokenRules = projection ? `tokens-${hashOf(projection)}` : 'no-tokens';
  }

  get model(): string {
    return this.embedder.model;
  }

  /** Whether texts have tokens. */
  get readsTokens(): boolean {
    return this.projection !== undefined;
  }

  /** In the order of the texts. Rejects as {@link Embedder.embed} does. */
  async encode(texts: readonly string[], role: TextRole, signal?: AbortSignal): Promise<EncodedText[]> {
    const { embedder, projection } = this;
    if (!projection) return (await embedder.embed(texts, signal, role)).map((vector) => ({ vector }));
    const encoded = await embedder.encode(texts, signal);
    return encoded.map((each, n) => ({ vector: each.vector, tokens: contentTokens(texts[n]!, each, projection) }));
  }
}

function hashOf({ rows }: TokenProjection): string {
  return createHash('sha256')
    .update(new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength))
    .digest('hex')
    .slice(0, 8);
}
