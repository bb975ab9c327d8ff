import { createHash } from 'node:crypto';
import type { Embedder, TextRole } from '@llmos/models';
import { comparedTokens, type ComparedTokens, type TokenHead } from './relevance/token-head.js';

/** What a search compares of a text. */
export interface EncodedText {
  /** L2-normalised. */
  readonly vector: Float32Array;
  /** Absent without a token head. */
  readonly tokens?: ComparedTokens;
}

/** Encodes questions and passages as a search compares them, each in one pass. */
export class SearchEncoder {
  /** Names the projection of the token head: tokens of two projections cannot be compared. */
  readonly tokenRules: string;

  constructor(
    private readonly embedder: Pick<Embedder, 'model' | 'embed' | 'encode'>,
    /** Absent for a model for which none was trained: texts then have no tokens. */
    private readonly head?: TokenHead,
  ) {
    this.tokenRules = head ? `tokens-${hashOf(head)}` : 'no-tokens';
  }

  get model(): string {
    return this.embedder.model;
  }

  /** Whether texts have tokens. */
  get readsTokens(): boolean {
    return this.head !== undefined;
  }

  /** In the order of the texts. Rejects as {@link Embedder.embed} does. */
  async encode(texts: readonly string[], role: TextRole, signal?: AbortSignal): Promise<EncodedText[]> {
    const { embedder, head } = this;
    if (!head) return (await embedder.embed(texts, signal, role)).map((vector) => ({ vector }));
    const encoded = await embedder.encode(texts, signal);
    return encoded.map((each, n) => ({ vector: each.vector, tokens: comparedTokens(texts[n]!, each, role, head) }));
  }
}

function hashOf({ projection }: TokenHead): string {
  return createHash('sha256')
    .update(new Uint8Array(projection.buffer, projection.byteOffset, projection.byteLength))
    .digest('hex')
    .slice(0, 8);
}
