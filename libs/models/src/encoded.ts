import type { TokenSpan } from './token-spans.js';

/** A text's tokens as the encoder left them, `[CLS]` first and `[SEP]` last. */
export interface EncodedTokens {
  /** tokens × dimensions, row-major: the last layer, not normalised. */
  readonly states: Float32Array;
  readonly ids: readonly number[];
  /** Where each token stands in the text; a special token has no length. */
  readonly spans: readonly TokenSpan[];
}

/** All that one forward pass says of a text, however many heads ask. */
export interface Encoded {
  /** Pooled and L2-normalised: what `embed` gives. */
  readonly vector: Float32Array;
  readonly tokens: EncodedTokens;
}
