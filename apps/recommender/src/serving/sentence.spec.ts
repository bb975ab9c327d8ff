import { randomOf } from './run-random.js';
import { enumerate, reasonFor, sentenceFor } from './sentence.js';

describe('the sentence of a recommendation', () => {
  it('enumerates up to ten products', () => {
    expect(sentenceFor(['A', 'B', 'C'])).toBe('You might like these products: A, B and C.');
    expect(sentenceFor(['A'])).toBe('You might like these products: A.');
    expect(sentenceFor([])).toBe('There is nothing to recommend yet.');
    expect(sentenceFor(Array.from({ length: 12 }, (_, n) => `p${n}`))).toContain('p8 and p9.');
    expect(enumerate([])).toBe('');
  });

  it('gives reasons with titles, or with ids for items without a title', () => {
    const describe = (id: string) => (id === 'k' ? { title: 'Kettle' } : undefined);
    expect(reasonFor('because', ['k', 'x'], 'had', describe)).toEqual({
      kind: 'because',
      items: [{ item: 'k', title: 'Kettle' }, { item: 'x' }],
      text: 'because you had Kettle and x',
    });
    expect(reasonFor('because', [], 'had', describe)).toEqual({
      kind: 'because',
      items: [],
      text: 'because of what you had',
    });
    expect(reasonFor('similar', ['k'], 'had', describe).text).toBe('similar to Kettle');
    expect(reasonFor('popular', [], 'had', describe)).toEqual({
      kind: 'popular',
      items: [],
      text: 'popular with everybody',
    });
    expect(reasonFor('explore', [], 'had', describe).text).toMatch(/new/);
  });
});

describe('randomOf', () => {
  it('gives the same numbers for the same run, others for another run, all below 1', () => {
    const take = (run: string) => Array.from({ length: 100 }, randomOf(run));
    expect(take('a')).toEqual(take('a'));
    expect(take('a')).not.toEqual(take('b'));
    expect(take('a').every((number) => number >= 0 && number < 1)).toBe(true);
  });
});
