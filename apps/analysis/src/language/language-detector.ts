import { eld } from 'eld/small';
import { englishShare } from './english-words.js';

export interface LanguageVerdict {
  /** ISO 639-1; `und` if no language was detected. */
  readonly code: string;
  /** 0 to 1, by the lead over the next language. */
  readonly confidence: number;
  /** Whether the service can analyse texts in this language. */
  readonly supported: boolean;
}

/** The language that the heads were trained for. */
export const SUPPORTED_LANGUAGE = 'en';

/** Of longer texts only the beginning is examined. */
const MAX_CHARS = 3_000;
/** For texts up to this many words the detector alone is too often wrong. */
const FEW_WORDS = 6;
/** In a text of few words English may score this much less than the first language. */
const CLOSE = 0.08;
/** In texts up to this many words, a few foreign names outweigh the other words. */
const SHORT_WORDS = 15;
/** The rest of a short text without its names must have this many words and this confidence. */
const NAMELESS_WORDS = 3;
const CLEAR = 0.75;
const NAME = /(?<![\p{L}\p{M}])\p{Lu}[\p{L}\p{M}'’-]*/gu;
/** Converts the lead over the next language into a probability: a lead of 0.1 is 0.88, of 0.2 is 0.98. */
const SHARPNESS = 20;
const UNDETERMINED: LanguageVerdict = { code: 'und', confidence: 0, supported: false };

/**
 * Detects the language of a text (character n-grams, 60 languages) and whether the service supports it.
 *
 * A text of a few words is English if half of them are common English words, or if English scores about as high as the
 * first language. A short text is examined again without its capitalised words: `Henrik sailed past Copenhagen` is
 * English with Danish names. A text without letters is `und`.
 */
export function detectLanguage(text: string): LanguageVerdict {
  const start = text.slice(0, MAX_CHARS).toWellFormed();
  if (!/\p{L}/u.test(start)) return UNDETERMINED;
  const verdict = verdictOf(start);
  if (verdict.supported || wordCount(start) > SHORT_WORDS) return verdict;
  const nameless = start.replace(NAME, ' ');
  const again =
    wordCount(nameless) >= NAMELESS_WORDS ? leadOf(SUPPORTED_LANGUAGE, eld.detect(nameless).getScores()) : 0;
  return again >= CLEAR ? english(again) : verdict;
}

function verdictOf(text: string): LanguageVerdict {
  const found = eld.detect(text);
  const scores = found.getScores();
  const few = wordCount(text) <= FEW_WORDS;
  const share = few ? englishShare(text) : 0;
  if (share >= 0.5 && !hasForeignLetters(text))
    return english(Math.max(leadOf(SUPPORTED_LANGUAGE, scores), (1 + share) / 2));
  const behind = (scores[found.language] ?? 0) - (scores[SUPPORTED_LANGUAGE] ?? -1);
  if (found.language === SUPPORTED_LANGUAGE || (few && behind < CLOSE && !hasForeignLetters(text)))
    return english(leadOf(SUPPORTED_LANGUAGE, scores));
  if (!found.language) return UNDETERMINED;
  return { code: found.language, confidence: leadOf(found.language, scores), supported: false };
}

function wordCount(text: string): number {
  return text.match(/\p{L}+/gu)?.length ?? 0;
}

function english(confidence: number): LanguageVerdict {
  return { code: SUPPORTED_LANGUAGE, confidence, supported: true };
}

/** Whether more than a fifth of the letters are not plain Latin letters. */
function hasForeignLetters(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return (text.match(/[a-z]/gi)?.length ?? 0) < 0.8 * letters;
}

function leadOf(code: string, scores: Readonly<Record<string, number>>): number {
  const own = scores[code] ?? 0;
  const best = Math.max(0, ...Object.entries(scores).map(([other, score]) => (other === code ? 0 : score)));
  return 1 / (1 + Math.exp(-SHARPNESS * (own - best)));
}
