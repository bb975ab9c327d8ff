import model from 'wink-eng-lite-web-model';
import winkNLP, { type ItemToken, type PartOfSpeech } from 'wink-nlp';
import type { Word } from './words.js';

export type { PartOfSpeech } from 'wink-nlp';

/** The tagger takes quadratic time for some texts without spaces: longer words are replaced. */
const MAX_LETTERS = 40;
const LONG_WORD = 'thing';
/** Words per call, for the same reason. */
const MAX_WORDS = 100;

const tagger = winkNLP(model, ['pos']);
const { its } = tagger;

/**
 * The universal part of speech of each word of an English sentence, by wink-nlp (MIT; 0.1 ms per sentence, without
 * dependencies). A word that the tagger splits (`don't`) has the part of speech of its first part.
 */
export function partsOfSpeech(words: readonly Word[]): PartOfSpeech[] {
  const tags: PartOfSpeech[] = [];
  for (let from = 0; from < words.length; from += MAX_WORDS) tags.push(...tagged(words.slice(from, from + MAX_WORDS)));
  return tags;
}

function tagged(words: readonly Word[]): PartOfSpeech[] {
  const shown = words.map(({ text }) => (text.length > MAX_LETTERS ? LONG_WORD : text));
  const starts: number[] = [];
  let length = 0;
  for (const text of shown) {
    starts.push(length);
    length += text.length + 1;
  }
  const found = new Map<number, PartOfSpeech>();
  let at = 0;
  tagger
    .readDoc(shown.join(' '))
    .tokens()
    .each((token: ItemToken) => {
      at += token.out(its.precedingSpaces).length;
      found.set(at, token.out(its.pos) as PartOfSpeech);
      at += token.out(its.value).length;
    });
  return starts.map((start) => found.get(start) ?? 'X');
}
