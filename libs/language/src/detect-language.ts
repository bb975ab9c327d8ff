import { englishWordsIn } from './english-words.js';
import { isMostlyLatin, languageOfScript } from './scripts.js';

/** The code of a text whose language cannot be told. */
export const UNDETERMINED = 'und';

export interface LanguageVerdict {
  /** ISO 639-1; `und` for a text that is too short or too mixed to tell. */
  readonly code: string;
  /** 0 to 1, by the lead over the next language; 0 for `und`. */
  readonly confidence: number;
  /** What the text should count as: its language, or the expected one if it is undetermined. */
  readonly language: string;
}

type Scores = Readonly<Record<string, number>>;

interface Evidence {
  readonly expected: string;
  /** Of words. */
  readonly count: number;
  /** By English words, added to the lead that another language needs. */
  readonly doubt: number;
}

/** Of longer texts only the beginning is examined. */
const MAX_CHARACTERS = 2_000;
/** Links, addresses and names of accounts have no language. */
const NO_WORDS = /(?:https?:\/\/|www\.)\S+|[^\s@]{0,64}@\S+|#\S+/giu;
/** `sooooo goood` is `soo good` for the letter groups. */
const DRAWN_OUT = /(\p{L})\1{2,}/gu;
const VISIBLE = /[^\s\p{C}]/u;
const WORD = /[\p{L}\p{M}'’]+/gu;
const INITIAL = /^\p{Lu}$/u;
/** From this share of common English words on, a text is English. */
const ENGLISH_SHARE = 0.5;
/** One of the words must be a word of English only, unless there are fewer than these and all are known: `Test ok`. */
const SHARED_WORDS = 3;
/**
 * How far a language must lead over the expected one, by the number of words (the S of S22 is none). Two words tell
 * nothing without a letter that English does not have: `Google Maps` looks German, `flat tyre` Albanian.
 */
const LEADS = [Infinity, Infinity, Infinity, 0.3, 0.14, 0.1];
const LEADS_WITH_FOREIGN_LETTER = [Infinity, Infinity, 0.35, 0.15, 0.07, 0.05];
const FOREIGN_LETTER = /(?![a-z])\p{Ll}/u;
/** A short text that is foreign scores higher; `ATM ate card` leads in Tagalog only because English scores nothing. */
const SHORT_SCORE = 0.68;
const SCORED_WORDS = 4;
/** English words in a text speak against other languages. */
const DOUBT = 0.4;
/** In texts up to this many words, a few foreign names outweigh the other words. */
const SHORT_WORDS = 15;
const NAMELESS_WORDS = 3;
const NAMELESS_LEAD = 0.05;
/** From this share of English words on, the words beside names are English: `Verizon sold Yahoo to Apollo`. */
const NAMELESS_SHARE = 0.66;
/** With so little beside names, a short text tells nothing. */
const MOSTLY_NAMES = 0.34;
const NAME = /(?<![\p{L}\p{M}])\p{Lu}[\p{L}\p{M}'’-]*/gu;
/** Converts the lead over the next language into a probability: a lead of 0.1 is 0.88, of 0.2 is 0.98. */
const SHARPNESS = 20;

/**
 * The language of a text: by its letters, by common English words, else by letter groups (ELD, 60 languages).
 *
 * A short text often scores best in a wrong language (`Paypal refund pending` in Danish). Another language than the
 * expected one therefore needs a lead, and the more the fewer words there are. ELD takes 90 MB and is loaded with the
 * first text that needs it.
 *
 * @param expected the language that the caller expects, ISO 639-1; an undetermined text counts as this, unless it is
 * blank or in letters that no known language is written in.
 */
export async function detectLanguage(text: string, expected = 'en'): Promise<LanguageVerdict> {
  const plain = text.slice(0, MAX_CHARACTERS).toWellFormed().replace(NO_WORDS, ' ').replace(DRAWN_OUT, '$1$1');
  if (!VISIBLE.test(text)) return undetermined(UNDETERMINED);
  if (!isMostlyLatin(plain)) return ofLetters(plain);
  const words = plain.match(WORD) ?? [];
  if (words.length === 0) return undetermined(expected);
  const { share, ownShare } = englishWordsIn(words);
  const isEnglish = share >= ENGLISH_SHARE && (ownShare > 0 || (share === 1 && words.length < SHARED_WORDS));
  if (isEnglish) return determined('en', (1 + share) / 2);
  const beside = englishWordsIn(plain.replace(NAME, ' ').match(WORD) ?? []);
  if (beside.ownShare > 0 && beside.share > NAMELESS_SHARE) return determined('en', beside.share);
  const count = words.filter((word) => !INITIAL.test(word)).length;
  return count < 2 ? undetermined(expected) : ofWords(plain, { expected, count, doubt: DOUBT * ownShare });
}

/** Letters that are not Latin show the language, or ELD tells the languages apart that share them. */
async function ofLetters(text: string): Promise<LanguageVerdict> {
  const code = languageOfScript(text);
  if (code) return determined(code, 0.99);
  const scores = await scoresOf(text);
  const best = bestOf(scores);
  return best ? determined(best, confidenceOf(best, scores)) : undetermined(UNDETERMINED);
}

async function ofWords(text: string, evidence: Evidence): Promise<LanguageVerdict> {
  const { expected } = evidence;
  const scores = await scoresOf(text);
  const best = bestOf(scores);
  if (!best) return undetermined(expected);
  const isForeign = best !== expected;
  const isDoubtful = isForeign && ((await isTooClose(best, text, evidence)) || (await isNames(text, evidence)));
  return isDoubtful ? undetermined(expected) : determined(best, confidenceOf(best, scores));
}

async function isTooClose(best: string, text: string, { expected, count, doubt }: Evidence): Promise<boolean> {
  const scores = await scoresOf(text);
  const hasForeignLetter = FOREIGN_LETTER.test(text.replace(NAME, ' '));
  if (!hasForeignLetter && count <= SCORED_WORDS && (scores[best] ?? 0) < SHORT_SCORE) return true;
  const leads = hasForeignLetter ? LEADS_WITH_FOREIGN_LETTER : LEADS;
  const needed = leads[Math.min(count, leads.length - 1)]! + doubt;
  return (scores[best] ?? 0) - (scores[expected] ?? 0) < needed;
}

/**
 * Whether a short text looks foreign by its names only: `Henrik sailed past Copenhagen`. The rest is in the expected
 * language, or there is little of it.
 */
async function isNames(text: string, evidence: Evidence): Promise<boolean> {
  if (evidence.count > SHORT_WORDS) return false;
  const rest = text.replace(NAME, ' ');
  const count = rest.match(WORD)?.length ?? 0;
  if (count >= NAMELESS_WORDS && leadOf(evidence.expected, await scoresOf(rest)) >= NAMELESS_LEAD) return true;
  return count <= MOSTLY_NAMES * evidence.count && /\p{Ll}/u.test(rest);
}

async function scoresOf(text: string): Promise<Scores> {
  const { eld } = await import('eld/extrasmall');
  return eld.detect(text).getScores();
}

function bestOf(scores: Scores): string | undefined {
  return Object.entries(scores).sort(([, a], [, b]) => b - a)[0]?.[0];
}

function leadOf(code: string, scores: Scores): number {
  const others = Object.entries(scores).flatMap(([other, score]) => (other === code ? [] : [score]));
  return (scores[code] ?? 0) - Math.max(0, ...others);
}

function confidenceOf(code: string, scores: Scores): number {
  return 1 / (1 + Math.exp(-SHARPNESS * leadOf(code, scores)));
}

function determined(code: string, confidence: number): LanguageVerdict {
  return { code, confidence, language: code };
}

function undetermined(expected: string): LanguageVerdict {
  return { code: UNDETERMINED, confidence: 0, language: expected };
}
