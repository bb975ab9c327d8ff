import type { Turn } from './ports/turn-store.port.js';
import { wordsOf } from './small-talk/recognise.js';

/** A message and what was asked before. */
export interface Resolved {
  readonly question: string;
  /** What the conversation is about; absent for a first message and for a choice among offered documents. */
  readonly context?: string;
  /** How likely it is that the message needs its context. */
  readonly followUp: 'certain' | 'likely' | 'possible';
}

const OPENING = /^(?:and|or|but|also|what about|how about|what if|then|so|ok(?:ay)?|no|yes|i meant?|i mean)\b/u;
const CONJUNCTION = /^(?:and|or|but|also|then|so|ok(?:ay)?|no|yes)\b\s*/u;
/** A question with a subject of its own, as "and how long does a transfer take?" */
const WHOLE =
  /^(?:how|when|where|why|who|which|can|could|do|does|did|is|are|will|would|should|may|what (?!about|if))\b/u;
const PRONOUN = /\b(?:it|its|that|this|they|them|their|those|these|there|one|ones|same)\b/u;
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
  const last = turns.at(-1);
  const chosen = last && choiceOf(text, last);
  if (chosen !== undefined) return { question: chosen, followUp: 'possible' };
  const subject = turns.findLast(({ question }) => question !== undefined)?.question?.slice(0, MAX_CONTEXT);
  if (subject === undefined) return { question: text, followUp: 'possible' };
  const correction = CORRECTION.exec(text)?.groups?.['subject'];
  if (correction !== undefined && !refersBack(correction))
    return { question: correction, context: subject, followUp: 'possible' };
  if (refersBack(text)) return { question: withoutOpening(text), context: subject, followUp: 'certain' };
  return { question: text, context: subject, followUp: PRONOUN.test(wordsOf(text).join(' ')) ? 'likely' : 'possible' };
}

/** Whether a message cannot be understood alone. */
export function refersBack(text: string): boolean {
  const words = wordsOf(text);
  const plain = words.join(' ');
  if (BARE.test(plain)) return true;
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
 * What the offered document is about that the message picks: by number, by words of its title, or by "yes" if there is
 * one. "Both" asks for each.
 */
function choiceOf(text: string, { choices }: Turn): string | undefined {
  if (choices.length === 0) return undefined;
  const words = wordsOf(text);
  const plain = words.join(' ');
  if (words.length <= MAX_CHOICE_WORDS) {
    const at = ORDINALS.findIndex((ordinal) => ordinal.test(plain));
    if (at >= 0 && choices[at]) return choices[at].title;
    if (BOTH.test(plain)) return choices.map(({ title }) => asQuestion(title)).join(' ');
    if (YES.test(plain)) return choices[0]?.title;
  }
  const scores = choices.map(({ title }) => shareOf(words, title));
  const best = Math.max(...scores);
  return best >= 0.5 && scores.filter((score) => score === best).length === 1
    ? choices[scores.indexOf(best)]?.title
    : undefined;
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
  return text.replace(/^\s*(?:and|but|so|ok(?:ay)?|no|yes|then)\b[\s,]*/iu, '');
}
