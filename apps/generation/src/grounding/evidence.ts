import type { OutputOf } from '@llmos/contracts';
import type { answer } from '@llmos/contracts/capabilities/generation';
import type { Passage } from '@llmos/contracts/capabilities/retrieval';

export type Choice = OutputOf<typeof answer>['choices'][number];

/** What the passages allow: an answer from one document, a question which of several is meant, or neither. */
export type Evidence =
  | { readonly kind: 'answer'; readonly passages: readonly Passage[] }
  | { readonly kind: 'choice'; readonly choices: readonly Choice[] }
  | { readonly kind: 'none' };

/** A document this relevant is not put in doubt by another. */
const CERTAIN = 0.95;
/** Documents whose log-odds differ by less are equally good answers. */
const CLOSE = 0.8;
/** Listeners do not remember more. */
const MAX_CHOICES = 2;

/**
 * Weighs the passages. The first document with a relevant passage answers alone, because sentences of several
 * documents together do not make an answer. If it is not certain and the next is as good, the caller is asked.
 */
export function weigh(passages: readonly Passage[], minRelevance: number): Evidence {
  const relevant = passages.filter((passage) => relevanceOf(passage) >= minRelevance && passage.text.trim() !== '');
  const [best] = relevant;
  if (!best) return { kind: 'none' };
  const close = relevant.filter((passage) => logOdds(best) - logOdds(passage) < CLOSE);
  const choices = new Map(close.map(({ document, title }) => [document, { document, title }]));
  if (relevanceOf(best) < CERTAIN && choices.size > 1)
    return { kind: 'choice', choices: [...choices.values()].slice(0, MAX_CHOICES) };
  const answering = passages.filter(({ document, text }) => document === best.document && text.trim() !== '');
  return { kind: 'answer', passages: answering };
}

/** Nobody has judged a passage without a relevance: the caller vouches for it. */
function relevanceOf({ relevance = 1 }: Passage): number {
  return relevance;
}

function logOdds(passage: Passage): number {
  const relevance = relevanceOf(passage);
  return Math.log(relevance / (1 - relevance));
}
