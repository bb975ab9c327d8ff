const STOP_WORDS = new Set(
  `
  a about after all also am an and any are as at be because been before being both but by can could
  did do does doing done each else even ever every few for from get had has have having he her here
  him his how i if in into is it its just may me might more most much must my need no not now of off
  on once one only or other our out over own please shall she should so some such than that the their
  them then there these they this those through to too under until up us very was we were what when
  where which while who whom why will with within would you your yours yourself yes okay sorry thank
  thanks
  `.split(/\s+/),
);
const MIN_SUPPORTED_SHARE = 0.6;

/**
 * The sentences of an answer that a source text does not support, judged without knowledge of how the answer was made.
 * A sentence is supported when the source has
 * - each number of the sentence (`1,000` is `1000`, `5.00` is `5`),
 * - each name: a capitalised word that does not begin the sentence,
 * - and at least 60 % of the content words: three letters or more, no stop words, endings cut.
 *
 * The rule is lenient on wording and strict on figures. It does not detect an inverted negation.
 */
export function unsupportedSentences(answer: string, source: string): string[] {
  const known = {
    numbers: new Set(numbersIn(source)),
    stems: new Set(wordsOf(source).map(stem)),
    words: new Set(wordsOf(source)),
  };
  return sentencesOf(answer).filter((sentence) => {
    if (numbersIn(sentence).some((number) => !known.numbers.has(number))) return true;
    if (namesIn(sentence).some((name) => !known.words.has(name) && !known.stems.has(stem(name)))) return true;
    const content = wordsOf(sentence).filter((word) => word.length >= 3 && !STOP_WORDS.has(word) && !/\d/.test(word));
    const supported = content.filter((word) => known.stems.has(stem(word))).length;
    return content.length > 0 && supported / content.length < MIN_SUPPORTED_SHARE;
  });
}

export function sentencesOf(text: string): string[] {
  return [...new Intl.Segmenter('en', { granularity: 'sentence' }).segment(text)]
    .map(({ segment }) => segment.trim())
    .filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

function numbersIn(text: string): string[] {
  return [...text.matchAll(/\d[\d,]*(?:\.\d+)?/g)].map(([number]) => String(Number(number.replaceAll(',', ''))));
}

function namesIn(sentence: string): string[] {
  const words = [...sentence.matchAll(/\p{L}[\p{L}\p{N}'’]*/gu)].map(([word]) => word);
  return words
    .slice(1)
    .filter((word) => /^\p{Lu}./u.test(word) && !/^I['’]/.test(word))
    .map(plain);
}

function wordsOf(text: string): string[] {
  return [...text.matchAll(/[\p{L}\p{N}]['’\p{L}\p{N}]*/gu)].map(([word]) => plain(word));
}

const plain = (word: string) =>
  word
    .toLowerCase()
    .replace(/['’](s|re|ve|ll|d|m|t)?$/, '')
    .replaceAll(/['’]/g, '');

/** Cuts common English endings: `transfers`, `transferred` and `transferring` have the same stem. */
function stem(word: string): string {
  const cut =
    word.length > 4 ? word.replace(/(?:ies|ied)$/, 'y').replace(/(?:ing|ed|es|s|ly|er)$/, '') : word.replace(/s$/, '');
  return cut.replace(/([^aeiouls])\1$/, '$1').replace(/(.{3,})e$/, '$1');
}
