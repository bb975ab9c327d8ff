import type { Span } from '@llmos/contracts';
import type { Embedder } from '@llmos/models';
import { sentencesOf } from './sentences.js';
import { normalised, TokenTrack, type EncodedWindow } from './token-track.js';
import { windowsOf } from './windows.js';

/** A text with the encoder's output. Every head works from it. */
export interface EncodedText {
  readonly text: string;
  readonly sentences: readonly Span[];
  /** In order, with some overlap; a short text is one window. */
  readonly windows: readonly EncodedWindow[];
  readonly track: TokenTrack;
  /** See {@link wholeVector}. */
  readonly vector: Float32Array;
}

/** Encodes a text window by window; each window passes through the encoder once, for all heads. */
export async function encodeText(text: string, encoder: Embedder, signal?: AbortSignal): Promise<EncodedText> {
  const cut = windowsOf(text);
  const encoded = await encoder.encode(
    cut.map((window) => window.text),
    signal,
  );
  const windows = cut.map((window, at) => ({ ...window, encoded: encoded[at]! }));
  const vectors = encoded.map(({ vector }) => vector);
  const track = new TokenTrack(windows, vectors[0]!.length);
  return { text, sentences: sentencesOf(text), windows, track, vector: wholeVector(cut, vectors) };
}

/** The vector of a whole text: the mean of its windows' vectors, weighted by window length and normalised. */
export function wholeVector(windows: readonly Span[], vectors: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(vectors[0]!.length);
  windows.forEach(({ start, end }, at) => {
    for (let d = 0; d < whole.length; d++) whole[d]! += vectors[at]![d]! * (end - start);
  });
  return normalised(whole);
}
