import type { Passage } from '@llmos/contracts/capabilities/retrieval';

export interface RelevanceThresholds {
  /** Least cosine similarity of a passage that may answer. */
  readonly inScope: number;
  /** The same where the intent says that the question is none of ours. */
  readonly outOfScope: number;
}

/**
 * The passages to answer from: those of the document that search put first, if any of it is near enough to the question.
 * Sentences of several documents put together would answer nobody's question. Empty when nothing relevant was found.
 */
export function relevantPassages(
  passages: readonly Passage[],
  intent: string | undefined,
  thresholds: RelevanceThresholds,
): Passage[] {
  const least = intent === 'out_of_scope' ? thresholds.outOfScope : thresholds.inScope;
  const best = passages.find((passage) => passage.similarity >= least && passage.text.trim() !== '')?.document;
  return passages.filter(({ document, text }) => document === best && text.trim() !== '');
}
