import fc from 'fast-check';
import { partsOfSpeech } from './parts-of-speech.js';
import { wordsOf } from './words.js';

describe('partsOfSpeech', () => {
  it('distinguishes nouns, verbs and adjectives by their context', () => {
    const words = wordsOf("I don't book the red book.");
    const tags = Object.fromEntries(partsOfSpeech(words).map((tag, at) => [`${at} ${words[at]!.text}`, tag]));
    expect(tags).toMatchObject({ '2 book': 'VERB', '4 red': 'ADJ', '5 book': 'NOUN', '6 .': 'PUNCT' });
  });

  it('returns one tag per word, also after long words, many words and words that the tagger splits', () => {
    const words = wordsOf(`${'x'.repeat(500)} ${"can't U.S. $5 ".repeat(60)} the green house`);
    const tags = partsOfSpeech(words);
    expect(tags).toHaveLength(words.length);
    expect(tags.slice(-3)).toEqual(['DET', 'ADJ', 'NOUN']);
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        const any = wordsOf(`${text} the green house`);
        expect(partsOfSpeech(any)).toHaveLength(any.length);
      }),
    );
  });
});
