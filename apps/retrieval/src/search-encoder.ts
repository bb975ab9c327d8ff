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

/** Shortening the tokens of so many passages takes about ten milliseconds, and so long searches wait. */
const AT_ONCE = 4;

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

  /** Their vectors alone, in order. Rejects as {@link Embedder.embed} does. */
  embed(texts: readonly string[], role: TextRole, signal?: AbortSignal): Promise<Float32Array[]> {
    return this.embedder.embed(texts, signal, role);
  }

  /**
   * In the order of the texts, a few at a time: a long document leaves room for searches, and the states of its tokens,
   * which take 1.5 kB each, are not in memory at once. Rejects as {@link Embedder.embed} does.
   */
  async encode(texts: readonly string[], role: TextRole, signal?: AbortSignal): Promise<EncodedText[]> {
    const { embedder, head } = this;
    if (!head) return (await embedder.embed(texts, signal, role)).map((vector) => ({ vector }));
    const encoded: EncodedText[] = [];
    for (let from = 0; from < texts.length; from += AT_ONCE) {
      const some = texts.slice(from, from + AT_ONCE);
      for (const [n, each] of (await embedder.encode(some, signal)).entries())
        encoded.push({ vector: each.vector, tokens: comparedTokens(some[n]!, each, role, head) });
    }
    return encoded;
  }
}

function hashOf({ projection }: TokenHead): string {
  return createHash('sha256')
    .update(new Uint8Array(projection.buffer, projection.byteOffset, projection.byteLength))
    .digest('hex')
    .slice(0, 8);
}
