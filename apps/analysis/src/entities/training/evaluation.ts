import { scoreWords, type EntityWeights } from '../entity-weights.js';
import { bestTags } from '../tag-lattice.js';
import { NAMED_TYPES, runsOf, type NamedType } from '../tags.js';
import type { LabelledSentence } from './crf-trainer.js';

export interface Score {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

export interface EntityScores extends Score {
  readonly sentences: number;
  readonly byType: Readonly<Record<NamedType, Score>>;
}

interface Counts {
  right: number;
  found: number;
  there: number;
}

/** Entity-level scores as CoNLL counts them: a name is right when its type and both its ends are. */
export function evaluateHead(sentences: readonly LabelledSentence[], weights: EntityWeights): EntityScores {
  const counts = Object.fromEntries(NAMED_TYPES.map((type) => [type, { right: 0, found: 0, there: 0 }])) as Record<
    NamedType,
    Counts
  >;
  for (const sentence of sentences) {
    const there = runsOf(sentence.tags);
    const known = new Set(there.map(({ type, first, end }) => `${type} ${first} ${end}`));
    for (const { type } of there) counts[type].there++;
    for (const { type, first, end } of runsOf(bestTags(scoreWords(sentence, weights), weights))) {
      counts[type].found++;
      if (known.has(`${type} ${first} ${end}`)) counts[type].right++;
    }
  }
  const total = { right: 0, found: 0, there: 0 };
  for (const each of Object.values(counts)) {
    total.right += each.right;
    total.found += each.found;
    total.there += each.there;
  }
  const byType = Object.fromEntries(NAMED_TYPES.map((type) => [type, scoreOf(counts[type])])) as EntityScores['byType'];
  return { sentences: sentences.length, ...scoreOf(total), byType };
}

function scoreOf({ right, found, there }: Counts): Score {
  const round = (value: number): number => Math.round(value * 1e4) / 1e4;
  return {
    precision: round(right / Math.max(1, found)),
    recall: round(right / Math.max(1, there)),
    f1: round((2 * right) / Math.max(1, found + there)),
  };
}
