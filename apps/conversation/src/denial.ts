import { wordsOf } from './small-talk/recognise.js';

const GREETING =
  /^(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|ok(?:ay)?|so|also|and|but|no|please|thanks|thank you|sorry|wait)\b[\s,!.]*)+/iu;
const NOT = "(?:do not|don['’]?t|did not|didn['’]?t|never)";
/** What people do with a product, and say that they do not want: other wishes not to have something are questions. */
const ACTIONS =
  'close|cancel|delete|change|reset|order|open|block|freeze|unfreeze|report|replace|dispute|terminate|end|stop|upgrade|downgrade|switch|return|exchange|reorder|lose|leave|transfer';
const STATES = 'stolen|lost|forgotten|hacked|cloned|scammed|robbed|blocked|swallowed|frozen|compromised';
/** "I do not want to close my account, I want to …": the first half is not asked. */
const UNWANTED = new RegExp(
  String.raw`\b(?:i|we)\s+${NOT}\s+(?:want|need|wish|mean|plan|intend)\b([^,.;!?]*?)(?:[,.;!?]+|\bbut\b|\band\s+(?=i\b)|$)\s*`,
  'giu',
);
/** "Do not cancel my transfer, just …": the same as a request. */
const FORBIDDEN = new RegExp(
  String.raw`^(?:do not|don['’]?t)\s+(?:${ACTIONS})\b([^,.;!?]*?)(?:[,.;!]+|\bbut\b|$)(?!\s*or\b)\s*`,
  'giu',
);
/** "My card was not stolen", "I haven't lost my card": what did not happen is not asked either. */
const UNTRUE = new RegExp(
  [
    String.raw`\b((?:my|our|the)\s+[^,.;!?]{1,30}?)\s+(?:(?:was|is|has)(?: not|n['’]?t)|(?:were|are|have)(?: not|n['’]?t))(?: been)?(?: actually| really)?\s+(?:${STATES})(?:[,.;!?]+|\bbut\b|$)\s*`,
    String.raw`\b(?:i|we)\s+(?:have not|haven['’]?t|did not|didn['’]?t|never)\s+(?:lost|lose|forgotten|forgot|forget)\b([^,.;!?]*?)(?:[,.;!?]+|\bbut\b|\band\s+(?=i\b)|$)\s*`,
  ].join('|'),
  'giu',
);
const WISHED = '(?:just|only|but|rather|instead|simply|i\\s+(?:just\\s+)?(?:want|need|would))';
const CHANGES = `(?:${ACTIONS}|move|rebook|renew)`;
/** "Not cancel, just move it", "I want to move it, not cancel it": the same in fewer words. */
const NOT_BUT = new RegExp(
  [
    String.raw`^not\s+(?:to\s+)?${CHANGES}\b([^,.;!?]{0,40}?)(?:[,.;]+|\s+[–-]+|\s)\s*(?=${WISHED}\b)`,
    String.raw`(?<=\b(?:want|need|like|prefer|trying|just|only)\b.*)(?:,|;|\s+and|\s+[–-]+)\s*not\s+(?:to\s+)?${CHANGES}(?:\s+(?:it|them|this|that|(?:my|the|our)\s+\S+))?(?=[.!?]*$)`,
  ].join('|'),
  'giu',
);
const ONLY_UNWANTED = new RegExp(
  String.raw`^(?:(?:i|we)\s+${NOT}\s+(?:want|need|wish|mean|plan|intend)\s+to|do not|don['’]?t)\s+(?:${ACTIONS})\b`,
  'iu',
);
const THING = /\b((?:my|our|the|an?)\s+[^,.;!?]+)$/iu;
const PRONOUN = /\b(?:it|them|that one)\b(?!['’]?\s+(?:seems|appears|takes|would be))/iu;
/** Of the same kind as the thing denied: "the meter is a smart one" is about another. */
const ONE_OF_KIND =
  /\b((?:the|an?) (?!other\b|never\b|ever\b)(?:[\p{L}-]{2,}(?:er|est)|new|different|basic)|another)\s+ones?\b/iu;
const DETERMINER = /^(?:my|our|the|an?)\s+/iu;
const MIN_WORDS = 3;

export interface Denial {
  /** The message without what the customer denies, if anything else remains; else the message. */
  readonly text: string;
  /** Whether the message says no more than what is not wanted, or did not happen. */
  readonly isAll: boolean;
}

/** Reads what the customer does not want, or what did not happen: "My card was not stolen, it is broken" is not theft. */
export function readDenial(message: string): Denial {
  const plain = message.slice(GREETING.exec(message)?.[0].length ?? 0).trim();
  const patterns = plain.endsWith('?') ? [UNWANTED, FORBIDDEN, NOT_BUT] : [UNWANTED, FORBIDDEN, NOT_BUT, UNTRUE];
  const rest = patterns.reduce((text, pattern) => text.replace(pattern, ''), plain).trim();
  if (rest === plain) return { text: message, isAll: false };
  const own = wordsOf(rest.replace(GREETING, ''));
  if (own.length >= MIN_WORDS) return { text: named(rest, thingDenied(plain, patterns)), isAll: false };
  const isUntrue = patterns.includes(UNTRUE) && plain.search(UNTRUE) >= 0;
  return { text: message, isAll: own.length === 0 && (isUntrue || ONLY_UNWANTED.test(plain)) };
}

/** What a denial at the beginning of a message is about. */
function thingDenied(text: string, patterns: readonly RegExp[]): string | undefined {
  const [first] = patterns.flatMap((pattern) => [...text.matchAll(pattern)]).filter(({ index }) => index === 0);
  return THING.exec(first?.slice(1).find(Boolean)?.trim() ?? '')?.[1];
}

/** "It" stands for what the first half named, and "the cheaper one" for the cheaper of that kind. */
function named(rest: string, thing: string | undefined): string {
  if (thing === undefined) return rest;
  const kind = thing.replace(DETERMINER, '');
  return ONE_OF_KIND.test(rest) ? rest.replace(ONE_OF_KIND, `$1 ${kind}`) : rest.replace(PRONOUN, thing);
}
