import type { Span } from '@llmos/contracts';
import type { Embedder } from '@llmos/models';
import { windowsOf } from '../windows.js';
import { sentencesOf } from './sentences.js';
import { normalised, TokenTrack, type EncodedWindow } from './token-track.js';

/** A text after its one reading: what every head works from. */
export interface Reading {
  readonly text: string;
  readonly sentences: readonly Span[];
  /** In order, overlapping a little; a short text is one window. */
  readonly windows: readonly EncodedWindow[];
  readonly track: TokenTrack;
  /** What the whole text is about: the windows' vectors, each as heavy as it is long, with length 1. */
  readonly vector: Float32Array;
}

/** Reads a text window by window; each window goes through the body once, however many heads ask. */
export async function readText(text: string, encoder: Embedder, signal?: AbortSignal): Promise<Reading> {
  const cut = windowsOf(text);
  const encoded = await encoder.encode(
    cut.map((window) => window.text),
    signal,
  );
  const windows = cut.map(({ start, end, text: said }, at) => ({ start, end, text: said, encoded: encoded[at]! }));
  const vectors = encoded.map(({ vector }) => vector);
  const track = new TokenTrack(windows, vectors[0]!.length);
  return { text, sentences: sentencesOf(text), windows, track, vector: wholeVector(cut, vectors) };
}

/** One vector for all the windows of a text, each as heavy as it is long, with length 1. */
export function wholeVector(windows: readonly Span[], vectors: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(vectors[0]!.length);
  windows.forEach(({ start, end }, at) => {
    for (let d = 0; d < whole.length; d++) whole[d]! += vectors[at]![d]! * (end - start);
  });
  return normalised(whole);
}
