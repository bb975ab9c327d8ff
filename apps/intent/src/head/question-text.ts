/** In UTF-16 units. Longer texts are cut; the embedding model reads far less. */
export const MAX_QUESTION_LENGTH = 4_000;

/** Share of letters that must be Latin for a text to count as `en`. */
const LATIN_SHARE = 0.5;

/**
 * Brings a question to the form the head was trained on: well-formed Unicode (NFKC), no control or format characters,
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
 * It looks at the script, not at the words: German counts as `en` too and is left to the out-of-scope score.
 */
export function languageOf(text: string): 'en' | 'und' {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const latin = text.match(/\p{Script=Latin}/gu)?.length ?? 0;
  return letters > 0 && latin / letters > LATIN_SHARE ? 'en' : 'und';
}
