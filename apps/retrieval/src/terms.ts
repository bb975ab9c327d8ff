/** Words that occur in nearly every question and document. */
const STOP_WORDS = new Set(
  `a about am an and any are as at be been being but by can could did do does doing for from had has have having he her
  him his how i if in into is it its just me my of on or our ours please she should so some than that the their them
  then there these they this those to too us was we were what when where which while who why will with would you your
  yours ll ve re s t d m don didn doesn isn wasn won`.split(/\s+/),
);

const TERM = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]|[\p{L}\p{N}\p{M}]{1,64}/gu;

/** Splits a text into terms. In scripts without spaces between words, each character is a term. */
export function tokenize(text: string): string[] {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().match(TERM) ?? [];
}

/** The form in which a term is indexed and looked up, or undefined for a stop word. */
export function normalizeTerm(term: string): string | undefined {
  return STOP_WORDS.has(term) ? undefined : stem(term);
}

/** The words of a text that are no stop words. */
export function contentOf(text: string): string[] {
  return tokenize(text).filter((term) => normalizeTerm(term) !== undefined);
}

/**
 * A light stemmer: plurals, then -ing and -ed, so that "charges", "charged" and "charging" have one stem.
 * Steps 1a and 1b of Porter's algorithm (An algorithm for suffix stripping, 1980), without its measure.
 */
function stem(term: string): string {
  if (term.length < 4 || !/^[a-z]+$/.test(term)) return term;
  const singular = term.endsWith('sses')
    ? term.slice(0, -2)
    : /[^suio]s$|ies$|[^aeiou]es$/.test(term)
      ? stripPlural(term)
      : term;
  const stripped = /[aeiouy].*(?:ing|ed)$/.test(singular) ? singular.replace(/(?:ing|ed)$/, '') : singular;
  if (stripped.length < 3) return singular;
  const undoubled = /([bdfgmnprt])\1$/.test(stripped) && stripped !== singular ? stripped.slice(0, -1) : stripped;
  return undoubled.length > 3 ? undoubled.replace(/e$/, '').replace(/y$/, 'i') : undoubled;
}

function stripPlural(term: string): string {
  return term.endsWith('ies') ? `${term.slice(0, -3)}y` : term.slice(0, -1);
}
