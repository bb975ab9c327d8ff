import type { Span } from '@llmos/contracts';
import type { TextAnalysis } from '@llmos/contracts/capabilities/analysis';
import { dot, normalised, type TokenTrack } from '../text/token-track.js';

export type SummarySentence = NonNullable<TextAnalysis['summary']>[number];

const DAMPING = 0.85;
const ROUNDS = 30;
/** LexRank compares all pairs. With more sentences, each is compared with the mean of all instead. */
const MAX_COMPARED = 250;
/** Two sentences more similar than this count as the same. */
const SAME = 0.9;
const REDUNDANCY = 0.3;
/** Headings and fragments are not part of a summary. */
const MIN_WORDS = 4;

interface Ranked {
  readonly span: Span;
  readonly direction: Float32Array;
  readonly centrality: number;
}

/**
 * The most central sentences without redundant ones, in text order: continuous LexRank (Erkan & Radev 2004) over
 * sentence vectors pooled from the token states. The confidence is the centrality relative to the most central
 * sentence.
 */
export function summarise(
  text: string,
  sentences: readonly Span[],
  track: TokenTrack,
  count: number,
): SummarySentence[] {
  const long = sentences.filter(({ start, end }) => text.slice(start, end).split(/\s+/).length >= MIN_WORDS);
  const usable = long.length > 0 ? long : sentences;
  const directions = usable.map(({ start, end }) => track.direction(start, end));
  const centralities = usable.length <= MAX_COMPARED ? lexRank(directions) : similarityToMean(directions);
  const ranked = usable.map((span, at) => ({ span, direction: directions[at]!, centrality: centralities[at]! }));
  const top = Math.max(...centralities, 1e-9);
  return pick(ranked, count, top)
    .sort((a, b) => a.span.start - b.span.start)
    .map(({ span, centrality }) => ({
      ...span,
      text: text.slice(span.start, span.end),
      confidence: Math.min(1, Math.max(0, centrality / top)),
    }));
}

function lexRank(directions: readonly Float32Array[]): number[] {
  const size = directions.length;
  const rows = directions.map((a) => {
    const row = directions.map((b) => Math.max(0, dot(a, b)));
    const total = row.reduce((sum, value) => sum + value, 0) || 1;
    return row.map((value) => value / total);
  });
  let ranks: number[] = directions.map(() => 1 / size);
  for (let round = 0; round < ROUNDS; round++) {
    const next = directions.map(() => (1 - DAMPING) / size);
    rows.forEach((row, from) => row.forEach((share, to) => (next[to]! += DAMPING * share * ranks[from]!)));
    ranks = next;
  }
  return ranks;
}

function similarityToMean(directions: readonly Float32Array[]): number[] {
  const mean = new Float32Array(directions[0]?.length ?? 0);
  for (const direction of directions) direction.forEach((value, d) => (mean[d]! += value));
  normalised(mean);
  return directions.map((direction) => Math.max(0, dot(direction, mean)));
}

function pick(ranked: readonly Ranked[], count: number, top: number): Ranked[] {
  const rest = new Set(ranked);
  const chosen: Ranked[] = [];
  while (chosen.length < count && rest.size > 0) {
    let best: Ranked | undefined;
    let bestWorth = -Infinity;
    for (const each of rest) {
      const similarity = Math.max(0, ...chosen.map((other) => dot(other.direction, each.direction)));
      if (similarity > SAME) continue;
      const worth = each.centrality / top - REDUNDANCY * similarity;
      if (worth > bestWorth) [best, bestWorth] = [each, worth];
    }
    if (!best) break;
    rest.delete(best);
    chosen.push(best);
  }
  return chosen;
}
