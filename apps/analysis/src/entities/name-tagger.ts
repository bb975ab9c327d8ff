import type { Span } from '@llmos/contracts';
import { wordsOf, type Word } from '../text/words.js';
import type { TokenTrack } from '../text/token-track.js';
import { withDealParties } from './deal-parties.js';
import { scoreWords, type EntityWeights, type WordRows } from './entity-weights.js';
import { withClubs } from './score-lines.js';
import { beliefsOf, bestTags } from './tag-lattice.js';
import { beginTag, insideTag, runsOf, TAGS, type NamedType, type TagRun } from './tags.js';
import { wordFeatures } from './word-features.js';

export interface FoundName extends Span {
  readonly type: NamedType;
  readonly confidence: number;
}

/** Longer sentences are tagged in parts. */
const MAX_WORDS = 128;

/**
 * Finds people, organisations and places in a sentence from its word states and word features, the companies of a deal
 * by its verb, and clubs in lines of results.
 */
export class NameTagger {
  constructor(private readonly weights: EntityWeights) {}

  find(text: string, sentence: Span, track: TokenTrack): FoundName[] {
    const words = wordsOf(text.slice(sentence.start, sentence.end), sentence.start);
    const names: FoundName[] = [];
    for (let from = 0; from < words.length; from += MAX_WORDS) {
      const part = words.slice(from, from + MAX_WORDS);
      names.push(...this.tag(part, rowsOf(part, track)));
    }
    return withDealParties(words, withClubs(text, sentence, names));
  }

  /** The names in a sequence of words. */
  tag(words: readonly Word[], rows: WordRows): FoundName[] {
    const scores = scoreWords(rows, this.weights);
    const runs = runsOf(bestTags(scores, this.weights));
    if (runs.length === 0) return [];
    const { marginals } = beliefsOf(scores, this.weights);
    return runs.map((run) => ({
      type: run.type,
      start: words[run.first]!.start,
      end: words[run.end - 1]!.end,
      confidence: confidenceOf(run, marginals),
    }));
  }
}

function rowsOf(words: readonly Word[], track: TokenTrack): WordRows {
  const states = new Float32Array(words.length * track.dimensions);
  words.forEach(({ start, end }, at) =>
    track.mean(start, end, states.subarray(at * track.dimensions, (at + 1) * track.dimensions)),
  );
  return { states, features: wordFeatures(words.map(({ text }) => text)) };
}

/** The confidence of a name is that of its least confident word. */
function confidenceOf({ type, first, end }: TagRun, marginals: Float64Array): number {
  let least = marginals[first * TAGS + beginTag(type)]!;
  for (let word = first + 1; word < end; word++) least = Math.min(least, marginals[word * TAGS + insideTag(type)]!);
  return Math.min(1, Math.max(0, least));
}
