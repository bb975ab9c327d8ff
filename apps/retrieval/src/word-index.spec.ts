import { WordIndex } from './word-index.js';

const all = () => true;

function indexOf(texts: Readonly<Record<string, string>>): WordIndex<string> {
  const index = new WordIndex<string>();
  for (const [key, text] of Object.entries(texts)) index.add(key, text);
  return index;
}

describe('WordIndex', () => {
  it('gives the share of the question that a document has, rare words counting more', () => {
    const index = indexOf({ a: 'the Numbat card', b: 'the Dingo card', c: 'a card for everybody' });
    const coverage = index.compare('Is the Numbat card free?', all);
    expect(coverage.of('a')).toBeGreaterThan(coverage.of('b') * 2);
    expect(coverage.of('b')).toBeCloseTo(coverage.of('c'));
    expect(index.compare('numbat cards', all).of('a')).toBeCloseTo(1);
  });

  it('knows nothing of a deleted document, nor of one that is not visible', () => {
    const index = indexOf({ a: 'cards', b: 'cards' });
    index.delete('a');
    expect(index.compare('cards', all).most(5)).toEqual(['b']);
    expect(index.compare('cards', (key) => key !== 'b').most(5)).toEqual([]);
    index.delete('absent');
  });

  it('tolerates a mistake in a longer word, and finds documents that took the place of others', () => {
    const index = indexOf({ a: 'statement of the passcode', b: 'fees' });
    expect(index.compare('pascode', all).most(5)).toEqual(['a']);
    expect(index.compare('fee', all).of('b')).toBe(1);
    index.delete('a');
    index.add('c', 'a transfer');
    expect(index.compare('passcode transfer', all).most(5)).toEqual(['c']);
  });

  it('finds nothing for a question without a word that counts', () => {
    expect(indexOf({ a: 'cards' }).compare('what is it?', all).most(5)).toEqual([]);
    expect(indexOf({}).compare('cards', all).most(5)).toEqual([]);
  });
});
