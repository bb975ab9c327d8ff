import type { TextAnalysis } from '@llmos/contracts/capabilities/analysis';
import type { EncodedText } from '../text/encoded-text.js';
import { aspectTerms } from './aspect-terms.js';
import type { SentimentAnalyzer } from './sentiment-analyzer.js';
import type { SentimentVerdict } from './sentiment-head.js';

export type Aspect = NonNullable<TextAnalysis['aspects']>[number];

const CLEARLY_NEUTRAL = 0.8;

/**
 * The aspects of a text, each with the sentiment of its clause. Each clause is embedded separately: the token states
 * of `the food was great but the staff were rude` mix the sentiment of both aspects.
 */
export async function findAspects(
  { text, sentences }: EncodedText,
  sentiment: Pick<SentimentAnalyzer, 'ofEach'>,
  signal?: AbortSignal,
): Promise<Aspect[]> {
  const terms = aspectTerms(text, sentences);
  const clauses = [...new Set(terms.map(({ clause }) => text.slice(clause.start, clause.end)))];
  const verdicts = clauses.length > 0 ? await sentiment.ofEach(clauses, signal) : [];
  const byClause = new Map(clauses.map((clause, at) => [clause, verdicts[at]!]));
  return terms.map(({ aspect, start, end, clause }) => {
    const { label, confidence } = preferPolar(byClause.get(text.slice(clause.start, clause.end))!);
    return { aspect, start, end, label, confidence };
  });
}

/** A clause about an aspect usually expresses an opinion: it counts as neutral only if that is clear. */
function preferPolar(verdict: SentimentVerdict): Pick<Aspect, 'label' | 'confidence'> {
  const { label, confidence, positive } = verdict;
  if (label !== 'neutral' || confidence >= CLEARLY_NEUTRAL) return { label, confidence };
  const side = Math.max(positive, 1 - positive) * (1 - confidence);
  return { label: positive >= 0.5 ? 'positive' : 'negative', confidence: side };
}
