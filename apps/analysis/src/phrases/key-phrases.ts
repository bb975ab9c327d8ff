import type { Span } from '@llmos/contracts';
import type { TextAnalysis } from '@llmos/contracts/capabilities/analysis';
import { dot, type TokenTrack } from '../text/token-track.js';
import { phraseCandidates, type PhraseCandidate } from './phrase-candidates.js';

export type KeyPhrase = NonNullable<TextAnalysis['keyPhrases']>[number];

const TOP = 10;
/** How much of a phrase's worth is unlikeness to those already chosen (MMR). */
const DIVERSITY = 0.2;
/**
 * What is said again, said early, and said in two or three words is worth more. Set on abstracts (Inspec, validation) and
 * news (a quarter of 500N-KPCrowd) together: each by itself wants other weights.
 */
const AGAIN = 0.25;
const EARLY = 0.3;
const PHRASE = 0.05;
const WORDS_THAT_COUNT = 3;

interface Scored {
  readonly candidate: PhraseCandidate;
  readonly direction: Float32Array;
  readonly score: number;
}

/**
 * The phrases nearest to what the whole text is about (KeyBERT, Grootendorst 2020), each unlike those before it
 * (maximal marginal relevance, Carbonell & Goldstein 1998). A phrase's vector is pooled from the text's own token
 * states, so ten phrases cost no more than none.
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
    AGAIN * Math.log2(times) + EARLY * (1 - first.start / length) + PHRASE * (Math.min(words, WORDS_THAT_COUNT) - 1)
  );
}

function choose(scored: readonly Scored[]): Scored[] {
  const rest = new Set(scored);
  const likeness = new Map<Scored, number>(scored.map((each) => [each, 0]));
  const chosen: Scored[] = [];
  while (chosen.length < TOP && rest.size > 0) {
    let best: Scored | undefined;
    let bestWorth = -Infinity;
    for (const each of rest) {
      const worth = (1 - DIVERSITY) * each.score - DIVERSITY * likeness.get(each)!;
      if (worth > bestWorth) [best, bestWorth] = [each, worth];
    }
    if (!best) break;
    rest.delete(best);
    if (chosen.some((other) => contains(other.candidate.key, best.candidate.key))) continue;
    chosen.push(best);
    for (const each of rest) likeness.set(each, Math.max(likeness.get(each)!, dot(each.direction, best.direction)));
  }
  return chosen.sort((a, b) => b.score - a.score);
}

function contains(a: string, b: string): boolean {
  return ` ${a} `.includes(` ${b} `) || ` ${b} `.includes(` ${a} `);
}
