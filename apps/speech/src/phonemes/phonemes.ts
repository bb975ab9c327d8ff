import { beginsWithVowel, wordPhonemes } from './word-phonemes.js';

const TOKEN = /[\p{L}\p{M}]+(?:['’][\p{L}]+)*|[.,;:!?]/gu;
const PUNCTUATION = /^[.,;:!?]$/;

/**
 * The phonemes of words as they are spoken, with the punctuation that gives a sentence its melody. Digits and signs
 * have no sound here: `spokenText` writes them as words. Empty if there is no word.
 */
export function phonemesOf(words: string): string {
  // Letters with accents are spoken as without: `café`.
  const tokens = words.normalize('NFD').replace(/\p{M}/gu, '').match(TOKEN) ?? [];
  const spoken: { token: string; phonemes: string }[] = tokens.map((token, index) => {
    if (PUNCTUATION.test(token)) return { token, phonemes: token };
    const neighbours = { before: wordAt(tokens, index - 1), after: wordAt(tokens, index + 1) };
    return { token, phonemes: wordPhonemes(token, neighbours) };
  });
  if (spoken.every(({ token }) => PUNCTUATION.test(token))) return '';
  return spoken
    .map(({ token, phonemes }, index) => {
      if (PUNCTUATION.test(token)) return phonemes;
      const vowelNext = beginsWithVowel(spoken[index + 1]?.phonemes ?? '');
      return ` ${vowelNext ? beforeVowel(phonemes) : phonemes}`;
    })
    .join('')
    .trim();
}

function beforeVowel(phonemes: string): string {
  if (phonemes === 'ðə') return 'ðɪ';
  return phonemes === 'tə' ? 'tʊ' : phonemes;
}

function wordAt(tokens: readonly string[], index: number): string | undefined {
  const token = tokens[index];
  return token === undefined || PUNCTUATION.test(token) ? undefined : token;
}
