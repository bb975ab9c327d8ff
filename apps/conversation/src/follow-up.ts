import type { Turn } from './ports/turn-store.port.js';
import { wordsOf } from './small-talk/recognise.js';

/** A message and what was asked before. */
export interface Resolved {
  readonly question: string;
  /** What the conversation is about; absent for a first message and for a choice among offered documents. */
  readonly context?: string;
  /** The offered document that the message chooses; the question is then the one for which it was offered. */
  readonly chosen?: string;
  /** How likely it is that the message needs its context. */
  readonly followUp: 'certain' | 'likely' | 'possible';
}

/** "No email came" says that none came: only another "no" answers what was said before. */
const NO =
  "no(?= (?:i|i'm|it|its|it's|the|that|this|these|those|not|we|you|my|what|how|when|where|why|for|to|in|on|just|only|but|and|sorry|wait|actually)\\b|$)";
const OPENING = new RegExp(
  `^(?:(?:and|or|but|also|what about|how about|what if|then|so|ok(?:ay)?|yes|i meant?|i mean)\\b|${NO})`,
  'u',
);
/** "From what age?" asks about what was named before. */
const ELLIPSIS =
  /^(?:from|for|by|at|until|till|since|with|to|in|on|of|after|before) (?:what|which|how|when|whom|where)\b/u;
const CONJUNCTION = new RegExp(`^(?:(?:and|or|but|also|then|so|ok(?:ay)?|yes)\\b|${NO})\\s*`, 'u');
/** A question with a subject of its own, as "and how long does a transfer take?" */
const WHOLE =
  /^(?:how|when|where|why|who|which|can|could|do|does|did|is|are|will|would|should|may|what (?!about|if))\b/u;
const PRONOUN =
  /\b(?:it|its|that|this|they|them|their|those|these|there|one|ones|same|(?:the|this|that) (?:whole|entire) (?:thing|process|procedure))\b/u;
const BARE = new RegExp(
  '^(?:why|how|when|where|how much|how long|how many|which|what|who|is it|and then|really|are you sure|how so|why not|' +
    'why is that|what else|what then|more|tell me more|go on)$',
  'u',
);
const YES =
  /^(?:yes|yeah|yep|yup|sure|ok|okay|correct|right|exactly|please|yes please|that one|that|the (?:first|former))$/u;
const BOTH = /^(?:both|both (?:of (?:them|these|those)|please)|all(?: of them)?|each|the two)(?: please)?$/;
/** "I meant my passcode" says what the question should have been about. */
const CORRECTION =
  /^(?:(?:no|nope|sorry|oh|wait|hm+|ah|actually|well|not that(?: one)?)[\s,.!–-]+)*(?:i (?:really |actually )?(?:meant?|was asking|asked)|i['’]m (?:talking|asking))(?: (?:to (?:say|ask)|about|for))*\s+(?<subject>\S.*)$/iu;
/** After a choice was answered: it was not the one that was meant. */
const OTHER =
  /^(?:(?:no|nope|sorry|oh|not that one|not that|i meant?|i mean|actually|wait|and|what about) )*(?:the )?other(?: one)?(?: please)?$/u;
const CHOSEN_AGAIN =
  /^(?:(?:no|nope|sorry|oh|not that one|not that|i meant?|i mean|actually|wait|and|what about) )+the (?:first|second|1st|2nd|former|latter)(?: one)?(?: please)?$/u;
/** An offer is remembered for so many messages after it. */
const OFFER_TURNS = 2;
const ORDINALS = [
  /\b(?:first|1st|former|1)\b|^one$/u,
  /\b(?:second|2nd|latter|other|2)\b|^two$/u,
  /\b(?:third|3rd|3)\b|^three$/u,
  /\b(?:fourth|4th|4)\b|^four$/u,
  /\b(?:fifth|5th|5)\b|^five$/u,
];
/** A message with more words of its own says what it is about. */
const MAX_OWN_WORDS = 2;
const MAX_CHOICE_WORDS = 6;
const MAX_ELLIPSIS_WORDS = 4;
/** "The Saturday morning course" */
const MAX_THING_WORDS = 4;
const DETERMINERS = new Set(['a', 'an', 'the', 'my', 'our', 'your', 'this', 'that', 'these', 'those']);
/** The beginning of a conversation's question says what it is about. */
const MAX_CONTEXT = 300;
const FUNCTION_WORDS = new Set(
  `a about after all also am an and any are as at be because been before but by can could did do does doing else for from
  get go had has have he her here him how i if in into is it its just like long many may me much my need of off on one ones
  or our out please same she should so some take takes than that the their them then there these they this those to too up
  us was we were what when where which who why will with would yes you your really very again okay ok no not mean meant
  whats hows thats long soon often cost costs work works happen happens now first try wait difference different per day
  days week weeks month months year years safe money back documents document required needed next`.split(/\s+/),
);

/**
 * Reads a message in its conversation: "and to the US?" after "How much is a transfer?" needs the question before. The
 * search decides between both readings where it is not certain.
 *
 * @param turns of the conversation, oldest first.
 */
export function resolve(text: string, turns: readonly Turn[]): Resolved {
  const choice = choiceOf(text, turns);
  if (choice) return { ...choice, followUp: 'possible' };
  const subject = turns.findLast(({ question }) => question !== undefined)?.question?.slice(0, MAX_CONTEXT);
  if (subject === undefined) return { question: text, followUp: 'possible' };
  const correction = CORRECTION.exec(text)?.groups?.['subject'];
  const corrected = correction === undefined ? undefined : correctedQuestion(subject, correction);
  if (corrected !== undefined) return { question: corrected, followUp: 'possible' };
  if (correction !== undefined && !refersBack(correction))
    return { question: correction, context: subject, followUp: 'possible' };
  if (refersBack(text)) return { question: withoutOpening(text), context: subject, followUp: 'certain' };
  return { question: text, context: subject, followUp: PRONOUN.test(wordsOf(text).join(' ')) ? 'likely' : 'possible' };
}

/**
 * The question with another thing of the same kind: "an oil boiler" after "what does a service cost for a gas boiler?".
 * Undefined if the correction names no kind that the question names.
 */
function correctedQuestion(asked: string, correction: string): string | undefined {
  const named = wordsOf(correction);
  const kind = named.at(-1);
  if (named.length < 2 || named.length > MAX_THING_WORDS || kind === undefined || FUNCTION_WORDS.has(kind))
    return undefined;
  const parts = asked.split(/(\s+)/u);
  const wordAt = (at: number): string => wordsOf(parts[at] ?? '').join(' ');
  const end = parts.findLastIndex((_, at) => wordAt(at) === kind);
  if (end < 0) return undefined;
  let start = end;
  while (start >= 2 && end - start < 2 * MAX_OWN_WORDS && isOwn(wordAt(start - 2))) start -= 2;
  if (DETERMINERS.has(named[0]!) && DETERMINERS.has(wordAt(start - 2))) start -= 2;
  const mark = /[.!?,;]*$/u.exec(parts[end]!)![0];
  const thing = correction.replace(/[\s.!?,;]+$/u, '');
  return [...parts.slice(0, start), thing + mark, ...parts.slice(end + 1)].join('');
}

function isOwn(word: string): boolean {
  return word !== '' && !FUNCTION_WORDS.has(word);
}

/** Whether a message cannot be understood alone. */
export function refersBack(text: string): boolean {
  const words = wordsOf(text);
  const plain = words.join(' ');
  if (BARE.test(plain)) return true;
  if (ELLIPSIS.test(plain) && words.length <= MAX_ELLIPSIS_WORDS) return true;
  const own = words.filter((word) => !FUNCTION_WORDS.has(word.replaceAll("'", '')));
  const isWhole = WHOLE.test(plain.replace(CONJUNCTION, '')) && own.length > 0;
  if (OPENING.test(plain) && !isWhole && own.length <= 2 * MAX_OWN_WORDS) return true;
  return PRONOUN.test(plain) ? own.length <= MAX_OWN_WORDS : own.length === 0;
}

/** Whether a message says no more than yes. */
export function isYes(text: string): boolean {
  return YES.test(wordsOf(text).join(' '));
}

/**
 * What the message asks if it picks an offered document: by number, by words of its title, or by "yes" if there is one.
 * "Both" asks for each. "No, the other one" picks again.
 */
function choiceOf(text: string, turns: readonly Turn[]): Pick<Resolved, 'question' | 'chosen'> | undefined {
  const words = wordsOf(text);
  const plain = words.join(' ');
  const last = turns.at(-1);
  if (!last) return undefined;
  if (last.choices.length === 0) return choiceAgain(plain, turns.slice(-OFFER_TURNS));
  const { choices } = last;
  if (words.length <= MAX_CHOICE_WORDS) {
    const at = ORDINALS.findIndex((ordinal) => ordinal.test(plain));
    if (at >= 0 && choices[at]) return chosenOf(last, choices[at]);
    if (BOTH.test(plain)) return { question: choices.map(({ title }) => asQuestion(title)).join(' ') };
    if (YES.test(plain)) return chosenOf(last, choices[0]!);
  }
  const scores = choices.map(({ title }) => shareOf(words, title));
  const best = Math.max(...scores);
  return best >= 0.5 && scores.filter((score) => score === best).length === 1
    ? { question: text, chosen: choices[scores.indexOf(best)]!.document }
    : undefined;
}

/** Another of the documents than the one that was chosen and answered. */
function choiceAgain(plain: string, turns: readonly Turn[]): Pick<Resolved, 'question' | 'chosen'> | undefined {
  const offering = turns.findLast(({ choices }) => choices.length > 0);
  const answered = turns.at(-1)!.citations.map(({ document }) => document);
  if (!offering?.choices.some(({ document }) => answered.includes(document))) return undefined;
  if (OTHER.test(plain)) {
    const others = offering.choices.filter(({ document }) => !answered.includes(document));
    return others.length === 1 ? chosenOf(offering, others[0]!) : undefined;
  }
  const at = CHOSEN_AGAIN.test(plain) ? ORDINALS.findIndex((ordinal) => ordinal.test(plain)) : -1;
  return offering.choices[at] && chosenOf(offering, offering.choices[at]);
}

/** The document answers what was asked; beside another question that was answered, what it is about. */
function chosenOf(
  { question, citations }: Turn,
  { document, title }: Turn['choices'][number],
): Pick<Resolved, 'question' | 'chosen'> {
  const isAsked = question !== undefined && citations.length === 0;
  return { question: isAsked ? question.replaceAll('\n', ' ') : title, chosen: document };
}

function asQuestion(title: string): string {
  return /[.!?]$/.test(title) ? title : `${title}?`;
}

/** Share of the message's own words that a title has. */
function shareOf(words: readonly string[], title: string): number {
  const own = words.filter((word) => !FUNCTION_WORDS.has(word));
  const there = new Set(wordsOf(title));
  return own.length === 0 ? 0 : own.filter((word) => there.has(word)).length / own.length;
}

function withoutOpening(text: string): string {
  return text.replace(
    /^\s*(?:(?:and|but|so|ok(?:ay)?|yes|then)\b[\s,]*|no\b(?:[\s]*[,.!;:–-][\s]*|(?=\s+(?:i|the|that|it|not|for|to|what|how|when|where|why)\b)\s+))/iu,
    '',
  );
}
