import type { Encoded } from '@llmos/models';
import { SearchEncoder } from './search-encoder.js';
import type { TokenHead } from './relevance/token-head.js';

const head: TokenHead = {
  dimensions: 2,
  size: 1,
  projection: new Float32Array([1, 0]),
  importance: new Float32Array(2),
  bias: 0,
};

describe('SearchEncoder', () => {
  it('encodes a long document a few passages at a time, in order', async () => {
    const calls: number[] = [];
    const embedder = {
      model: 'm',
      embed: () => Promise.reject(new Error('not called')),
      encode: (texts: readonly string[]): Promise<Encoded[]> => {
        calls.push(texts.length);
        return Promise.resolve(
          texts.map((text) => ({
            vector: new Float32Array([Number(text)]),
            tokens: { states: new Float32Array([1, 0]), ids: [1], spans: [{ start: 0, end: text.length }] },
          })),
        );
      },
    };
    const texts = Array.from({ length: 10 }, (_, n) => String(n));
    const encoded = await new SearchEncoder(embedder, head).encode(texts, 'passage');
    expect(encoded.map(({ vector }) => vector[0])).toEqual(texts.map(Number));
    expect(encoded.every(({ tokens }) => tokens?.vectors.length === 1)).toBe(true);
    expect(Math.max(...calls)).toBeLessThanOrEqual(4);
  });
});
