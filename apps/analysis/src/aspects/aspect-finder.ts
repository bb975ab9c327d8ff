import type { TextAnalysis } from '@llmos/contracts/capabilities/analysis';
import type { Feelings } from '../feelings.js';
import type { SentimentVerdict } from '../sentiment/sentiment-head.js';
import type { Reading } from '../text/text-reader.js';
import { aspectTerms } from './aspect-terms.js';

export type Aspect = NonNullable<TextAnalysis['aspects']>[number];

const CLEARLY_NEUTRAL = 0.8;

/**
 * What is spoken of, each with the feeling of the clause around it. A clause is a text of its own to the body: in
 * `the food was great but the staff were rude` the whole sentence's states would tell of both at once.
 */
export async function findAspects(
  { text, sentences }: Reading,
  feelings: Pick<Feelings, 'ofEach'>,
  signal?: AbortSignal,
): Promise<Aspect[]> {
  const terms = aspectTerms(text, sentences);
  const clauses = [...new Set(terms.map(({ clause }) => text.slice(clause.start, clause.end)))];
  const verdicts = clauses.length > 0 ? await feelings.ofEach(clauses, signal) : [];
  const felt = new Map(clauses.map((clause, at) => [clause, verdicts[at]!]));
  return terms.map(({ aspect, start, end, clause }) => {
    const { label, confidence } = leaning(felt.get(text.slice(clause.start, clause.end))!);
    return { aspect, start, end, label, confidence };
  });
}

/** A clause about a thing mostly says what is thought of it: it is neutral only where that is clear. */
function leaning(verdict: SentimentVerdict): Pick<Aspect, 'label' | 'confidence'> {
  const { label, confidence, positive } = verdict;
  if (label !== 'neutral' || confidence >= CLEARLY_NEUTRAL) return { label, confidence };
  const side = Math.max(positive, 1 - positive) * (1 - confidence);
  return { label: positive >= 0.5 ? 'positive' : 'negative', confidence: side };
}
