import type { TokenSpan } from './token-spans.js';

/** The tokens of a text after the encoder, `[CLS]` first and `[SEP]` last. */
export interface EncodedTokens {
  /** tokens × dimensions, row-major: the last layer, not normalised. */
  readonly states: Float32Array;
  readonly ids: readonly number[];
  /** The position of each token in the text; a special token has no length. */
  readonly spans: readonly TokenSpan[];
}

/** The result of one forward pass, shared by all heads. */
export interface Encoded {
  /** Pooled and L2-normalised, as `embed` returns it. */
  readonly vector: Float32Array;
  readonly tokens: EncodedTokens;
}
