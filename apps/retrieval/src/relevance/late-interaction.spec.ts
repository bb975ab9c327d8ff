import type { Encoded } from '@llmos/models';
import { matchTokens } from './late-interaction.js';
import { codesOf, contentTokens, type TokenProjection } from './token-projection.js';

const keepAll: TokenProjection = { dimensions: 2, size: 2, rows: Float32Array.of(1, 0, 0, 1) };

/** One token for each word, with these states. */
function encoded(text: string, states: readonly number[]): Encoded {
  const spans = [...text.matchAll(/\S+/gu)].map(({ index, 0: word }) => ({ start: index, end: index + word.length }));
  return { vector: new Float32Array(2), tokens: { states: Float32Array.from(states), ids: [], spans } };
}

describe('contentTokens', () => {
  it('keeps the tokens of words that count, each with its stem and as a vector of length one', () => {
    const { terms, vectors } = contentTokens(
      'the cards , cost',
      encoded('the cards , cost', [1, 1, 3, 4, 1, 1, 0, 2]),
      keepAll,
    );
    expect(terms).toEqual(['card', 'cost']);
    expect([...vectors]).toEqual([expect.closeTo(0.6), expect.closeTo(0.8), 0, 1]);
  });

  it('gives the pieces of a word the word as their term', () => {
    const text = 'passcode';
    const pieces = { ...encoded(text, [1, 0, 0, 1]) };
    const spans = [
      { start: 0, end: 4 },
      { start: 4, end: 8 },
    ];
    expect(contentTokens(text, { ...pieces, tokens: { ...pieces.tokens, spans } }, keepAll).terms).toEqual([
      'passcod',
      'passcod',
    ]);
  });

  it('projects to fewer numbers', () => {
    const first: TokenProjection = { dimensions: 2, size: 1, rows: Float32Array.of(1, 0) };
    expect([...contentTokens('card', encoded('card', [-3, 4]), first).vectors]).toEqual([-1]);
  });
});

describe('matchTokens', () => {
  const codes = (...states: number[]): Int8Array => codesOf({ terms: [], vectors: Float32Array.from(states) });
  const question = { terms: ['a', 'b'], vectors: Float32Array.of(1, 0, 0, 1) };

  it('finds each token of the question in the document, and both in one passage only if they are there', () => {
    const apart = matchTokens(question, [1, 1], [codes(), codes(1, 0), codes(0, 1)]);
    expect(apart).toEqual({ document: 1, passage: 0.5 });
    const together = matchTokens(question, [1, 1], [codes(), codes(1, 0, 0, 1)]);
    expect(together).toEqual({ document: 1, passage: 1 });
  });

  it('counts a token by its weight, and nothing for a question without weights', () => {
    expect(matchTokens(question, [3, 1], [codes(), codes(1, 0)]).document).toBeCloseTo(0.75);
    expect(matchTokens(question, [0, 0], [codes(), codes(1, 0)])).toEqual({ document: 0, passage: 0 });
    expect(matchTokens({ terms: [], vectors: new Float32Array() }, [], [codes(1, 0)])).toEqual({
      document: 0,
      passage: 0,
    });
  });
});
