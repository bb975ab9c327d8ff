import { carriedVector, carryEmbedding } from './carried-embedding.js';

const vector = Float32Array.of(0.6, 0.8);
const carried = carryEmbedding('minilm', 'Where is my card?', vector);

describe('carriedVector', () => {
  it('returns the vector that was carried', () => {
    expect(carriedVector(carried, 'minilm', 'Where is my card?')).toEqual(vector);
  });

  it.each([
    ['another text', carried, 'minilm', 'Where is my cat?'],
    ['another model', carried, 'bge', 'Where is my card?'],
    ['a broken length', { ...carried, vector: 'AAA=' }, 'minilm', 'Where is my card?'],
    [
      'numbers that are not a unit vector',
      carryEmbedding('minilm', 'Where is my card?', Float32Array.of(Number.NaN, 2)),
      'minilm',
      'Where is my card?',
    ],
    ['an absent embedding', undefined, 'minilm', 'Where is my card?'],
  ])('returns nothing for %s', (_, value, model, text) => {
    expect(carriedVector(value, model, text)).toBeUndefined();
  });
});
