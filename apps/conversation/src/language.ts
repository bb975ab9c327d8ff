import { eld } from 'eld/small';

/** The languages that have replies of their own. */
export const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

/** A language must be this much likelier than English: short English looks like German or Dutch. */
const LEAD = 0.15;
/** A single word in Latin letters tells nothing: "PIN" and "refund" are English here. */
const MIN_WORDS = 2;

/**
 * The language of a conversation, by its letter groups (ELD, n-grams). English unless another language is clearly
 * likelier; `und` for a language without replies, if its letters are not Latin.
 *
 * @param texts what the customer wrote, newest last: a longer text is surer.
 */
export function languageOf(texts: readonly string[]): Language | 'und' {
  const text = texts.join('\n').slice(-2_000);
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  const han = text.match(/\p{Script=Han}/gu)?.length ?? 0;
  const kana = text.match(/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu)?.length ?? 0;
  if (letters === 0) return 'en';
  if (han > 0 && kana === 0 && han + latin > letters / 2 && han >= latin / 2) return 'zh';
  if (latin < letters / 2) return 'und';
  if ((text.match(/\p{L}+/gu)?.length ?? 0) < MIN_WORDS) return 'en';
  const scores = eld.detect(text).getScores();
  const [best] = Object.entries(scores).sort(([, a], [, b]) => b - a);
  const language = LANGUAGES.find((known) => known === best?.[0]);
  return language !== undefined && best![1] - (scores['en'] ?? 0) >= LEAD ? language : 'en';
}
