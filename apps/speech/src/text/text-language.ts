/** Words that English texts use all the time, and that few texts in other languages have. */
const ENGLISH = new Set(
  `the and you your are is it this that these those what which who how when where why can could will would should have
  has had not from with for of to by if or be been was were we our they their there please thank thanks hello yes at my
  i'm it's don't can't any all more than then only`.split(/\s+/),
);
const ENGLISH_SHARE = 0.2;
/** A language must be this much likelier than English: short English looks like German or Dutch. */
const LEAD = 0.1;
/** One word tells nothing: "Rendezvous" and "kindergarten" are English too. */
const MIN_WORDS = 2;
/** In texts up to this many words, a few foreign names outweigh the other words. */
const SHORT_WORDS = 15;
const NAME = /(?<![\p{L}\p{M}])\p{Lu}[\p{L}\p{M}'’-]*/gu;
const MAX_CHARACTERS = 2_000;

/** The language of a text, as ISO 639-1: English unless another one is clearly likelier; `und` for unknown letters. */
export async function languageOf(text: string): Promise<string> {
  const start = text.slice(0, MAX_CHARACTERS).toWellFormed();
  if (!isMostlyLatin(start)) return likeliest(start, 'und');
  const words =
    start
      .toLowerCase()
      .replaceAll('’', "'")
      .match(/[\p{L}']+/gu) ?? [];
  const english = words.filter((word) => ENGLISH.has(word)).length;
  if (words.length < MIN_WORDS || english / words.length >= ENGLISH_SHARE) return 'en';
  const language = await likeliest(start, 'en');
  const nameless = words.length > SHORT_WORDS ? '' : start.replace(NAME, ' ');
  const others = nameless.match(/\p{L}+/gu)?.length ?? 0;
  return language === 'en' || others < MIN_WORDS ? language : likeliest(nameless, 'en');
}

/** The voice cannot pronounce other letters at all. */
export function isMostlyLatin(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  return (text.match(/\p{Script=Latin}/gu)?.length ?? 0) >= letters / 2;
}

/** By letter groups. ELD takes 90 MB, so that it is loaded when the first text needs it. */
async function likeliest(text: string, otherwise: string): Promise<string> {
  const { eld } = await import('eld/extrasmall');
  const scores = eld.detect(text).getScores();
  const [best] = Object.entries(scores).sort(([, a], [, b]) => b - a);
  return best && best[1] - (scores['en'] ?? 0) >= LEAD ? best[0] : otherwise;
}
