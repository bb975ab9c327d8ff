import type { OutputOf } from '@llmos/contracts';
import type { answer } from '@llmos/contracts/capabilities/generation';
import type { Passage } from '@llmos/contracts/capabilities/retrieval';

export type Choice = OutputOf<typeof answer>['choices'][number];

/** What the passages allow: an answer from one document, a question which is meant of equals, or of doubtful ones, or nothing. */
export type Evidence =
  | { readonly kind: 'answer'; readonly passages: readonly Passage[] }
  | { readonly kind: 'choice' | 'doubt'; readonly choices: readonly Choice[] }
  | { readonly kind: 'none' };

/** A document this relevant is not put in doubt by another. */
const CERTAIN = 0.95;
/** Documents whose log-odds differ by less are equally good answers. */
const CLOSE = 0.2;
/** Below the minimum, down to this share of it, a document is worth a question back. */
const DOUBTFUL = 0.4;
/** Down to this share of it, a document is named beside a doubtful one. */
const POSSIBLE = 0.1;
/** Listeners do not remember more. */
const MAX_CHOICES = 2;

/**
 * Weighs the passages. The first document with a relevant passage answers alone, because sentences of several
 * documents together do not make an answer. If it is not certain and the next is as good, the caller is asked; also if no
 * document is relevant enough, but some nearly are.
 *
 * @param isUrgent whoever is in danger is told at once what the best document says, although another is as good.
 */
export function weigh(passages: readonly Passage[], minRelevance: number, isUrgent = false): Evidence {
  const atLeast = (relevance: number) =>
    passages.filter((passage) => relevanceOf(passage) >= relevance && passage.text.trim() !== '');
  const [best, ...others] = atLeast(minRelevance);
  if (!best) {
    if (atLeast(minRelevance * DOUBTFUL).length === 0) return { kind: 'none' };
    return { kind: 'doubt', choices: choicesOf(atLeast(minRelevance * POSSIBLE)) };
  }
  const close = choicesOf([best, ...others.filter((passage) => logOdds(best) - logOdds(passage) < CLOSE)]);
  if (!isUrgent && relevanceOf(best) < CERTAIN && close.length > 1) return { kind: 'choice', choices: close };
  const answering = passages.filter(({ document, text }) => document === best.document && text.trim() !== '');
  return { kind: 'answer', passages: answering };
}

/** The documents of the passages, in order; of those with one title, which a caller cannot tell apart, the first. */
function choicesOf(passages: readonly Passage[]): Choice[] {
  const choices = new Map<string, Choice>();
  for (const { document, title } of passages) if (!choices.has(title)) choices.set(title, { document, title });
  return [...choices.values()].slice(0, MAX_CHOICES);
}

/** Nobody has judged a passage without a relevance: the caller vouches for it. */
function relevanceOf({ relevance = 1 }: Passage): number {
  return relevance;
}

function logOdds(passage: Passage): number {
  const relevance = relevanceOf(passage);
  return Math.log(relevance / (1 - relevance));
}
