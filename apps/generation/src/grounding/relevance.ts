import type { Passage } from '@llmos/contracts/capabilities/retrieval';

export interface RelevanceThresholds {
  /** Least cosine similarity of a passage that may answer. */
  readonly inScope: number;
  /** The same where the intent says that the question is none of ours. */
  readonly outOfScope: number;
}

/** How far below the best passage's similarity another document's may lie and still be read. */
const NEAR = 0.08;

/**
 * The passages to answer from: those near enough to the question, of the document that search put first and of any
 * other about as near. Empty when nothing relevant was found.
 */
export function relevantPassages(
  passages: readonly Passage[],
  intent: string | undefined,
  thresholds: RelevanceThresholds,
): Passage[] {
  const least = intent === 'out_of_scope' ? thresholds.outOfScope : thresholds.inScope;
  const found = passages.filter((passage) => passage.similarity >= least && passage.text.trim() !== '');
  const best = found[0];
  if (!best) return [];
  const top = Math.max(
    ...found.filter(({ document }) => document === best.document).map(({ similarity }) => similarity),
  );
  const kept = found.filter(({ document, similarity }) => document === best.document || similarity >= top - NEAR);
  return kept.sort((a, b) => Number(b.document === best.document) - Number(a.document === best.document));
}
