import { scoreWords, type EntityWeights } from '#src/entities/entity-weights.js';
import { bestTags } from '#src/entities/tag-lattice.js';
import { NAMED_TYPES, runsOf, type NamedType } from '#src/entities/tags.js';
import type { LabelledSentence } from './crf-trainer.ts';

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
  expected: number;
}

/** Entity-level scores as in CoNLL: an entity is right when its type and both its boundaries are. */
export function evaluateHead(sentences: readonly LabelledSentence[], weights: EntityWeights): EntityScores {
  const counts = Object.fromEntries(NAMED_TYPES.map((type) => [type, { right: 0, found: 0, expected: 0 }])) as Record<
    NamedType,
    Counts
  >;
  for (const sentence of sentences) {
    const expected = runsOf(sentence.tags);
    const known = new Set(expected.map(({ type, first, end }) => `${type} ${first} ${end}`));
    for (const { type } of expected) counts[type].expected++;
    for (const { type, first, end } of runsOf(bestTags(scoreWords(sentence, weights), weights))) {
      counts[type].found++;
      if (known.has(`${type} ${first} ${end}`)) counts[type].right++;
    }
  }
  const total = { right: 0, found: 0, expected: 0 };
  for (const each of Object.values(counts)) {
    total.right += each.right;
    total.found += each.found;
    total.expected += each.expected;
  }
  const byType = Object.fromEntries(NAMED_TYPES.map((type) => [type, scoreOf(counts[type])])) as EntityScores['byType'];
  return { sentences: sentences.length, ...scoreOf(total), byType };
}

function scoreOf({ right, found, expected }: Counts): Score {
  const round = (value: number): number => Math.round(value * 1e4) / 1e4;
  return {
    precision: round(right / Math.max(1, found)),
    recall: round(right / Math.max(1, expected)),
    f1: round((2 * right) / Math.max(1, found + expected)),
  };
}
