import { lexicalVector, wordGrams } from './lexical-features.js';

describe('wordGrams', () => {
  it('returns words and neighbouring pairs in lower case', () => {
    expect(wordGrams('My card, MY limit')).toEqual(['my', 'card', 'my', 'limit', 'my card', 'card my', 'my limit']);
  });

  it('returns nothing for a text without words', () => expect(wordGrams('?!')).toEqual([]));
});

describe('lexicalVector', () => {
  const vocabulary = new Map([
    ['card', 0],
    ['my', 1],
    ['my card', 2],
  ]);
  const idf = Float32Array.of(2, 1, 3);

  it('is a unit vector weighted by (1 + ln tf) · idf', () => {
    const { indexes, values } = lexicalVector('my my card', vocabulary, idf);
    const raw = [2, 1 + Math.log(2), 3];
    expect([...indexes]).toEqual([0, 1, 2]);
    raw.forEach((value, at) => expect(values[at]).toBeCloseTo(value / Math.hypot(...raw), 9));
  });

  it('is empty when no n-gram is known', () => {
    expect(lexicalVector('weather tomorrow', vocabulary, idf)).toEqual({
      indexes: new Int32Array(0),
      values: new Float64Array(0),
    });
  });
});
