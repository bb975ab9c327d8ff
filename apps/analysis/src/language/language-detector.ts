import { eld } from 'eld/small';
import { englishShare } from './english-words.js';

export interface LanguageVerdict {
  /** ISO 639-1; `und` where no language could be told. */
  readonly code: string;
  /** 0 to 1: how far ahead of the next language it is. */
  readonly confidence: number;
  /** Whether the other tasks can be done. */
  readonly supported: boolean;
}

/** What the heads were trained for. */
export const SUPPORTED_LANGUAGE = 'en';

/** A longer text says no more of its language; its beginning is looked at. */
const LOOKED_AT = 3_000;
/** Up to this many words the detector alone is too often wrong. */
const FEW_WORDS = 6;
/** In a text of few words English may be this far behind the first language and is still taken. */
const CLOSE = 0.08;
/** Up to this many words a few foreign names outweigh the words around them. */
const SHORT_WORDS = 15;
/** What is left without the names must be this long and this clearly English. */
const NAMELESS_WORDS = 3;
const CLEAR = 0.75;
const NAME = /(?<![\p{L}\p{M}])\p{Lu}[\p{L}\p{M}'’-]*/gu;
/** Turns a lead over the next language into a probability: a lead of 0.1 is 0.88, of 0.2 is 0.98. */
const SHARPNESS = 20;
const UNDETERMINED: LanguageVerdict = { code: 'und', confidence: 0, supported: false };

/**
 * Which language a text is in (character n-grams, 60 languages), and whether the service can read it.
 *
 * A few words say little: they are English when half of them are common English words, or when English is about as
 * likely as the first guess. A short text is looked at again without its capitalised words: `Henrik sailed past
 * Copenhagen` is English with Danish names. A text without letters is `und`.
 */
export function detectLanguage(text: string): LanguageVerdict {
  const looked = text.slice(0, LOOKED_AT).toWellFormed();
  if (!/\p{L}/u.test(looked)) return UNDETERMINED;
  const verdict = judge(looked);
  if (verdict.supported || wordCount(looked) > SHORT_WORDS) return verdict;
  const nameless = looked.replace(NAME, ' ');
  const again =
    wordCount(nameless) >= NAMELESS_WORDS ? leadOf(SUPPORTED_LANGUAGE, eld.detect(nameless).getScores()) : 0;
  return again >= CLEAR ? english(again) : verdict;
}

function judge(looked: string): LanguageVerdict {
  const found = eld.detect(looked);
  const scores = found.getScores();
  const few = wordCount(looked) <= FEW_WORDS;
  const share = few ? englishShare(looked) : 0;
  if (share >= 0.5 && !speaksOther(looked))
    return english(Math.max(leadOf(SUPPORTED_LANGUAGE, scores), (1 + share) / 2));
  const behind = (scores[found.language] ?? 0) - (scores[SUPPORTED_LANGUAGE] ?? -1);
  if (found.language === SUPPORTED_LANGUAGE || (few && behind < CLOSE && !speaksOther(looked)))
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

/** Letters that English does not use: most of the text's are not plain Latin ones. */
function speaksOther(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return (text.match(/[a-z]/gi)?.length ?? 0) < 0.8 * letters;
}

function leadOf(code: string, scores: Readonly<Record<string, number>>): number {
  const own = scores[code] ?? 0;
  const best = Math.max(0, ...Object.entries(scores).map(([other, score]) => (other === code ? 0 : score)));
  return 1 / (1 + Math.exp(-SHARPNESS * (own - best)));
}
