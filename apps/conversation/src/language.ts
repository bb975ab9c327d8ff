/** The languages that have replies of their own. */
export const LANGUAGES = ['en', 'de', 'fr', 'es', 'it', 'pt', 'nl', 'zh'] as const;
export type Language = (typeof LANGUAGES)[number];

/** Words of English messages that no other of these languages writes. A message with enough of them is English. */
const ENGLISH = new Set(
  `the my how what can you your and does i it with for this that when why where who from have has not would will they
  there get need want please which are if account card money change send pay payment transfer fee fees refund stolen lost
  balance help hi hello thanks app update top up did didn't don't can't i'm it's what's do is of to in on`.split(/\s+/),
);
/** Words of English that other languages write too do not count alone. */
const SHARED = new Set('do is of to in on app hi not has help'.split(' '));
const ENGLISH_SHARE = 0.2;
/** A language must be this much likelier than English: short English looks like German or Dutch. */
const LEAD = 0.15;
/** A single word in Latin letters tells nothing: "PIN" and "refund" are English here. */
const MIN_WORDS = 2;
const MAX_CHARACTERS = 2_000;

/**
 * The language of a conversation. English unless another language is clearly likelier; `und` for a language without
 * replies, if its letters are not Latin.
 *
 * @param texts what the customer wrote, newest last: a longer text is surer.
 */
export async function languageOf(texts: readonly string[]): Promise<Language | 'und'> {
  const text = texts.join('\n').slice(-MAX_CHARACTERS);
  const count = (letter: RegExp): number => text.match(letter)?.length ?? 0;
  const [letters, latin, han] = [count(/\p{L}/gu), count(/\p{Script=Latin}/gu), count(/\p{Script=Han}/gu)];
  if (letters === 0) return 'en';
  const otherAsian = count(/[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu);
  if (han > 0 && otherAsian === 0 && han + latin > letters / 2 && han >= latin / 2) return 'zh';
  if (latin < letters / 2) return 'und';
  const words = text.toLowerCase().match(/[\p{L}'’]+/gu) ?? [];
  return words.length < MIN_WORDS || isEnglish(words) ? 'en' : likeliest(text);
}

function isEnglish(words: readonly string[]): boolean {
  const english = words.filter((word) => ENGLISH.has(word.replace('’', "'")));
  return english.length / words.length >= ENGLISH_SHARE && english.some((word) => !SHARED.has(word));
}

/** By letter groups. ELD takes 90 MB, so that it is loaded when the first message needs it. */
async function likeliest(text: string): Promise<Language> {
  const { eld } = await import('eld/extrasmall');
  const scores = eld.detect(text).getScores();
  const [best] = Object.entries(scores).sort(([, a], [, b]) => b - a);
  const language = LANGUAGES.find((known) => known === best?.[0]);
  return language !== undefined && best![1] - (scores['en'] ?? 0) >= LEAD ? language : 'en';
}
