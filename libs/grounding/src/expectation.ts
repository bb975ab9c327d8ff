import type { PassageUnit } from '@llmos/contracts/capabilities/retrieval';

/** A question of a kind, and the words by which an answer to it is known. */
interface Kind {
  readonly asks: RegExp;
  readonly answers: RegExp;
}

const KINDS: readonly Kind[] = [
  {
    asks: /\bhow (?:long|soon|quick(?:ly)?|fast|late|early|far in advance)\b|^when\b|\b(?:until|till|by|since) when\b|\b(?:deadline|opening hours)\b/iu,
    answers:
      /\b(?:seconds?|minutes?|hours?|days?|weeks?|nights?|months?|years?|immediately|instantly|at once|right away|never)\b|\d\s?(?::\d\d|[ap]\.?m\b)/iu,
  },
  {
    asks: /\bhow (?:much|expensive|high)\b|\b(?:costs?|prices?|fees?|charges?)\b|\b(?:what|which)\b.{0,20}\b(?:interest|rates?|discount)\b/iu,
    answers:
      /[£$€¥]\s?\d|\d\s?(?:%|[£$€¥]|(?:euros?|pounds?|dollars?|cents?|pence|francs?|per cent|percent|eur|gbp|usd|chf)\b)|\bfree\b|\b(?:no|without) (?:fee|charge|cost)s?\b/iu,
  },
];
const ASKS_FOR_STEPS =
  /\bhow (?:do|can|could|should|would) (?:i|we|you|one)\b|\bhow to\b|\bsteps?\b|\bwhat (?:do|should|can|must) (?:i|we) do\b|\bwhat to do\b/iu;
const QUESTION_WORDS =
  /\b(?:how (?:long|much|many|often|far|old|soon)|how|what|when|where|which|who|whom|whose|why)\b/iu;

const YES_OR_NO =
  /^(?:and |so |but )?(?:is|are|am|was|were|do|does|did|can|could|may|might|must|will|would|shall|should|has|have|had)(?:n['’]?t)?\b/iu;

/**
 * How well a quote is the kind of answer that a question asks for, from -1 to 1: a time for "how long", an amount for
 * "how much", steps for "how do I", and what answers a question with the same question word. What answers another kind
 * of question is not expected, however many words it shares.
 */
export function expectationOf(message: string, quote: PassageUnit): -1 | 0 | 1 {
  const question = askingPart(message);
  const asked = KINDS.filter(({ asks }) => asks.test(question));
  if (quote.kind === 'steps') return ASKS_FOR_STEPS.test(question) ? 1 : asked.length > 0 ? -1 : 0;
  if (asked.some(({ answers }) => answers.test(quote.text))) return 1;
  const heading = quote.headings.findLast((text) => text.endsWith('?'));
  if (heading === undefined || !isAsked(question)) return 0;
  return questionWord(heading) === questionWord(question) ? 1 : -1;
}

/** What a follow-up itself says: the line after its context. */
export function ownLineOf(question: string): string {
  return question.slice(question.lastIndexOf('\n') + 1);
}

/** Of a follow-up its own line, if that asks: "for kids?" asks as the question before it did. */
function askingPart(message: string): string {
  const own = ownLineOf(message);
  return isAsked(own) || KINDS.some(({ asks }) => asks.test(own)) ? own : message;
}

/** "I want to pause it" and "warranty period" say not how they ask. */
function isAsked(question: string): boolean {
  return questionWord(question) !== '' || YES_OR_NO.test(question.trim());
}

/** Empty for a question that is answered by yes or no. */
function questionWord(question: string): string {
  return QUESTION_WORDS.exec(question)?.[0].toLowerCase() ?? '';
}
