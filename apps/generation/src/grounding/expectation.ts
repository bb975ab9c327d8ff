import type { PassageUnit } from '@llmos/contracts/capabilities/retrieval';

/** A question of a kind, and the words by which an answer to it is known. */
interface Kind {
  readonly asks: RegExp;
  readonly answers: RegExp;
}

const KINDS: readonly Kind[] = [
  {
    asks: /\bhow (?:long|soon|quick(?:ly)?|fast)\b|^when\b/iu,
    answers:
      /\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?|immediately|instantly|at once|right away|never)\b/iu,
  },
  {
    asks: /\bhow (?:much|expensive)\b|\b(?:costs?|prices?|fees?|charges?)\b/iu,
    answers: /[£$€¥]\s?\d|\d\s?(?:%|[£$€¥])|\bfree\b|\b(?:no|without) (?:fee|charge|cost)s?\b/iu,
  },
];
const ASKS_FOR_STEPS = /\bhow (?:do|can|could|should|would) (?:i|we|you|one)\b|\bhow to\b|\bsteps?\b/iu;
const QUESTION_WORDS =
  /\b(?:how (?:long|much|many|often|far|old|soon)|how|what|when|where|which|who|whom|whose|why)\b/iu;

/**
 * Whether a quote is the kind of answer that a question asks for: a time for "how long", an amount for "how much",
 * steps for "how do I", and what answers a question with the same question word.
 */
export function isExpected(question: string, quote: PassageUnit): boolean {
  if (KINDS.some(({ asks, answers }) => asks.test(question) && answers.test(quote.text))) return true;
  if (quote.kind === 'steps') return ASKS_FOR_STEPS.test(question);
  const heading = quote.headings.findLast((text) => text.endsWith('?'));
  return heading !== undefined && questionWord(heading) === questionWord(question);
}

/** Empty for a question that is answered by yes or no. */
function questionWord(question: string): string {
  return QUESTION_WORDS.exec(question)?.[0].toLowerCase() ?? '';
}
