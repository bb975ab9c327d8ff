import type { Encoded } from '@llmos/models';

/** One window of a text with the encoder's output. */
export interface EncodedWindow {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly encoded: Encoded;
}

/**
 * The token states of a whole text in order, independent of its windows. Where windows overlap, each token comes from
 * the window with more context around it. The vectors of words, phrases and sentences are pooled from here, so that
 * nothing is encoded twice.
 */
export class TokenTrack {
  private readonly starts: number[] = [];
  private readonly ends: number[] = [];
  private readonly rows: Float32Array[] = [];

  constructor(
    windows: readonly EncodedWindow[],
    readonly dimensions: number,
  ) {
    windows.forEach((window, at) => {
      const [before, after] = [windows[at - 1], windows[at + 1]];
      const from = before ? Math.floor((before.end + window.start) / 2) : 0;
      const to = after ? Math.floor((window.end + after.start) / 2) : Infinity;
      this.take(window, from, to);
    });
  }

  /** The mean state of the tokens in a span, not normalised; zeros for a span without tokens. */
  mean(start: number, end: number, into = new Float32Array(this.dimensions)): Float32Array {
    let tokens = 0;
    for (let at = this.firstEndingAfter(start); at < this.starts.length && this.starts[at]! < end; at++) {
      const row = this.rows[at]!;
      for (let d = 0; d < this.dimensions; d++) into[d]! += row[d]!;
      tokens++;
    }
    if (tokens > 1) for (let d = 0; d < this.dimensions; d++) into[d]! /= tokens;
    return into;
  }

  /** The normalised mean state, for comparison by dot product. */
  direction(start: number, end: number): Float32Array {
    return normalised(this.mean(start, end));
  }

  private take({ start, encoded: { tokens } }: EncodedWindow, from: number, to: number): void {
    tokens.spans.forEach((span, at) => {
      const absolute = start + span.start;
      if (span.end <= span.start || absolute < from || absolute >= to) return;
      this.starts.push(absolute);
      this.ends.push(start + span.end);
      this.rows.push(tokens.states.subarray(at * this.dimensions, (at + 1) * this.dimensions));
    });
  }

  private firstEndingAfter(position: number): number {
    let [low, high] = [0, this.ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.ends[middle]! <= position) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Normalises in place; a zero vector stays zero. */
export function normalised(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const value of vector) squares += value * value;
  const length = Math.sqrt(squares) || 1;
  for (let d = 0; d < vector.length; d++) vector[d]! /= length;
  return vector;
}

export function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!;
  return sum;
}
