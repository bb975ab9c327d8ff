import type { Passage } from '@llmos/contracts/capabilities/retrieval';

export interface RelevanceThresholds {
  /** Minimum cosine similarity of a passage that may answer. */
  readonly inScope: number;
  /** The same for a question whose intent is out of scope. */
  readonly outOfScope: number;
}

/**
 * The passages to answer from: all of the first document that has a passage above the threshold. Sentences of several
 * documents together do not make an answer. Empty if no passage is relevant.
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
