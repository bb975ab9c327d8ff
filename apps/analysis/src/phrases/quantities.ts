import { wordsOf, type Word } from '../text/words.js';

/** A number with its currency, decimals, groups of digits and per cent sign: `$2.5`, `US$ 4 million`, `3,450.75`, `7.9 %`, `7 per cent`, `802.11ac`. */
const QUANTITY =
  /(?<![\p{L}\p{N}.,])(?:(?:US|CA|AU|NZ|HK|[AC])?\p{Sc} ?)?\p{N}+(?:[.,]\p{N}+)*\p{L}*(?: (?:hundred|thousand|mn|million|bn|billion|trillion|lakh|crore)(?!\p{L}))?(?: ?%| per ?cent(?!\p{L}))?(?: ?\p{Sc}(?! ?\p{N}))?/gu;

/** The words of a sentence with each quantity as one word. In order, without overlaps. */
export function wordsAndQuantities(sentence: string, offset = 0): Word[] {
  const words: Word[] = [];
  let at = 0;
  for (const match of sentence.matchAll(QUANTITY)) {
    const end = match.index + match[0].length;
    words.push(...wordsOf(sentence.slice(at, match.index), offset + at));
    words.push({ text: match[0], start: offset + match.index, end: offset + end });
    at = end;
  }
  return [...words, ...wordsOf(sentence.slice(at), offset + at)];
}

/** Whether a word of {@link wordsAndQuantities} is a number. */
export function isQuantity({ text }: Word): boolean {
  return /^(?:\p{Lu}{0,2}\p{Sc} ?)?\p{N}/u.test(text);
}

/** Whether a number says of what it is: a sum of money or a percentage. */
export function hasUnit({ text }: Word): boolean {
  return /[\p{Sc}%]|per ?cent$/u.test(text);
}
