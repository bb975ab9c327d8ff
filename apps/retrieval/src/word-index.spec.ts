import { WordIndex } from './word-index.js';

const all = () => true;

function indexOf(texts: readonly string[]): WordIndex<string> {
  const index = new WordIndex<string>();
  texts.forEach((text) => index.add(text, text));
  return index;
}

describe('WordIndex', () => {
  it('gives the share of the question that a document has, rare words counting more', () => {
    const index = indexOf(['the Numbat card', 'the Dingo card', 'a card for everybody']);
    const [numbat, dingo, everybody] = index.compare('Is the Numbat card free?', all).shares;
    expect(numbat).toBeGreaterThan(dingo! * 2);
    expect(dingo).toBeCloseTo(everybody!);
    expect(index.compare('numbat cards', all).shares[0]).toBeCloseTo(1);
  });

  it('knows nothing of a deleted document, nor of one that is not visible', () => {
    const index = indexOf(['cards', 'two cards']);
    index.delete(0);
    expect(index.compare('cards', all).most(5)).toEqual(['two cards']);
    expect(index.compare('cards', (document) => document !== 'two cards').most(5)).toEqual([]);
  });

  it('tolerates a mistake in a longer word, and finds documents that took the place of others', () => {
    const index = indexOf(['statement of the passcode', 'fees']);
    expect(index.compare('pascode', all).most(5)).toEqual(['statement of the passcode']);
    expect(index.compare('fee', all).shares[1]).toBe(1);
    index.delete(0);
    expect(index.add('a transfer', 'a transfer')).toBe(0);
    expect(index.compare('passcode transfer', all).most(5)).toEqual(['a transfer']);
  });

  it('finds nothing for a question without a word that counts', () => {
    expect(indexOf(['cards']).compare('what is it?', all).most(5)).toEqual([]);
    expect(indexOf([]).compare('cards', all).most(5)).toEqual([]);
  });
});
