import type { Encoded } from '@llmos/models';
import { matchTokens } from './late-interaction.js';
import { codesOf, comparedTokens, type TokenHead } from './token-head.js';

const keepAll: TokenHead = {
  dimensions: 2,
  size: 2,
  projection: Float32Array.of(1, 0, 0, 1),
  importance: Float32Array.of(2, 0),
  bias: -1,
};

/** One token for each word, with these states. */
function encoded(text: string, states: readonly number[]): Encoded {
  const spans = [...text.matchAll(/\S+/gu)].map(({ index, 0: word }) => ({ start: index, end: index + word.length }));
  return { vector: new Float32Array(2), tokens: { states: Float32Array.from(states), ids: [], spans } };
}

describe('comparedTokens', () => {
  const text = 'the cards , cost';
  const states = [1, 1, 3, 4, 1, 1, 0, 2];

  it('keeps of a passage the tokens of words that count, each as a vector of length one', () => {
    const { vectors } = comparedTokens(text, encoded(text, states), 'passage', keepAll);
    expect([...vectors]).toEqual([expect.closeTo(0.6), expect.closeTo(0.8), 0, 1]);
  });

  it('keeps of a question the tokens of all words, and weighs each by its state', () => {
    const { vectors, weights } = comparedTokens(text, encoded(text, states), 'query', keepAll);
    expect(vectors).toHaveLength(3 * 2);
    const softplus = (value: number) => expect.closeTo(Math.log(1 + Math.exp(value)), 5) as number;
    expect([...weights]).toEqual([softplus(1), softplus(5), softplus(-1)]);
  });

  it('keeps each piece of a word', () => {
    const pieces = encoded('passcode', [1, 0, 0, 1]);
    const spans = [
      { start: 0, end: 4 },
      { start: 4, end: 8 },
    ];
    const { vectors } = comparedTokens(
      'passcode',
      { ...pieces, tokens: { ...pieces.tokens, spans } },
      'passage',
      keepAll,
    );
    expect([...vectors]).toEqual([1, 0, 0, 1]);
  });

  it('projects to fewer numbers', () => {
    const first: TokenHead = { ...keepAll, size: 1, projection: Float32Array.of(1, 0) };
    expect([...comparedTokens('card', encoded('card', [-3, 4]), 'query', first).vectors]).toEqual([-1]);
  });
});

describe('matchTokens', () => {
  const tokens = (weights: readonly number[], ...states: number[]) => ({
    vectors: Float32Array.from(states),
    weights: Float32Array.from(weights),
  });
  const codes = (...states: number[]): Int8Array => codesOf(tokens([], ...states));
  const question = (...weights: number[]) => tokens(weights, 1, 0, 0, 1);

  it('finds each token of the question in the document, and both in one passage only if they are there', () => {
    const apart = matchTokens(question(1, 1), [codes(), codes(1, 0), codes(0, 1)]);
    expect(apart).toEqual({ document: 1, passage: 0.5 });
    const together = matchTokens(question(1, 1), [codes(), codes(1, 0, 0, 1)]);
    expect(together).toEqual({ document: 1, passage: 1 });
  });

  it('counts a token by its weight, and nothing for a question without tokens', () => {
    expect(matchTokens(question(3, 1), [codes(), codes(1, 0)]).document).toBeCloseTo(0.75);
    expect(matchTokens(tokens([]), [codes(1, 0)])).toEqual({ document: 0, passage: 0 });
  });
});
