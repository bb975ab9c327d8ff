import type { Span } from '@llmos/contracts';
import type { TextAnalysis } from '@llmos/contracts/capabilities/analysis';
import { dot, type TokenTrack } from '../text/token-track.js';
import { phraseCandidates, type PhraseCandidate } from './phrase-candidates.js';

export type KeyPhrase = NonNullable<TextAnalysis['keyPhrases']>[number];

const MAX_PHRASES = 10;
/** Weight of the dissimilarity to phrases already chosen (MMR). */
const DIVERSITY = 0.2;
/**
 * Bonuses for repetition, for an early position and for two or three words. They were tuned on abstracts (Inspec,
 * validation) and news (a quarter of 500N-KPCrowd) together; each data set alone prefers other values.
 */
const REPETITION_BONUS = 0.25;
const POSITION_BONUS = 0.3;
const LENGTH_BONUS = 0.05;
const MAX_LENGTH_WORDS = 3;

interface Scored {
  readonly candidate: PhraseCandidate;
  readonly direction: Float32Array;
  readonly score: number;
}

/**
 * The phrases nearest to the vector of the whole text (KeyBERT, Grootendorst 2020), each dissimilar to those before it
 * (maximal marginal relevance, Carbonell & Goldstein 1998). The vector of a phrase is pooled from the token states of
 * the text, so no phrase is encoded separately.
 */
export function keyPhrases(
  text: string,
  sentences: readonly Span[],
  track: TokenTrack,
  about: Float32Array,
): KeyPhrase[] {
  const scored = phraseCandidates(text, sentences).map((candidate): Scored => {
    const direction = track.direction(candidate.first.start, candidate.first.end);
    return { candidate, direction, score: dot(direction, about) + bonusOf(candidate, text.length) };
  });
  return choose(scored).map(({ candidate: { first }, score }) => ({
    ...first,
    text: text.slice(first.start, first.end),
    confidence: Math.min(1, Math.max(0, score)),
  }));
}

function bonusOf({ times, first, words }: PhraseCandidate, length: number): number {
  return (
    REPETITION_BONUS * Math.log2(times) +
    POSITION_BONUS * (1 - first.start / length) +
    LENGTH_BONUS * (Math.min(words, MAX_LENGTH_WORDS) - 1)
  );
}

function choose(scored: readonly Scored[]): Scored[] {
  const rest = new Set(scored);
  const similarity = new Map<Scored, number>(scored.map((each) => [each, 0]));
  const chosen: Scored[] = [];
  while (chosen.length < MAX_PHRASES && rest.size > 0) {
    let best: Scored | undefined;
    let bestWorth = -Infinity;
    for (const each of rest) {
      const worth = (1 - DIVERSITY) * each.score - DIVERSITY * similarity.get(each)!;
      if (worth > bestWorth) [best, bestWorth] = [each, worth];
    }
    if (!best) break;
    rest.delete(best);
    if (chosen.some((other) => contains(other.candidate.key, best.candidate.key))) continue;
    chosen.push(best);
    for (const each of rest) similarity.set(each, Math.max(similarity.get(each)!, dot(each.direction, best.direction)));
  }
  return chosen.sort((a, b) => b.score - a.score);
}

function contains(a: string, b: string): boolean {
  return ` ${a} `.includes(` ${b} `) || ` ${b} `.includes(` ${a} `);
}
