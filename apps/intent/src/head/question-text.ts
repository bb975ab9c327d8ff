/** Longer texts are cut: the embedding reads no further, and no question is this long. In UTF-16 units. */
export const MAX_QUESTION_LENGTH = 4_000;

/** The share of letters that must be Latin for a text to count as the writing the model was trained on. */
const LATIN_SHARE = 0.5;

/**
 * Brings a question to the form the head was trained on: whole Unicode (NFKC), no control or format characters,
 * single spaces, at most {@link MAX_QUESTION_LENGTH}. May be empty.
 */
export function normaliseQuestion(text: string): string {
  return text
    .slice(0, MAX_QUESTION_LENGTH)
    .toWellFormed()
    .normalize('NFKC')
    .replace(/[\p{Cc}\p{Cf}\p{Z}\uFFFD]+/gu, ' ')
    .trim()
    .slice(0, MAX_QUESTION_LENGTH)
    .toWellFormed();
}

/**
 * `en` when most letters are Latin, else `und` (other scripts, or no letters at all).
 * It looks at the writing, not the words: German is `en` too, and left to the out-of-scope score.
 */
export function languageOf(text: string): 'en' | 'und' {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  return letters > 0 && latin / letters > LATIN_SHARE ? 'en' : 'und';
}
