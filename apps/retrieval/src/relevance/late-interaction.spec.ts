import type { Encoded } from '@llmos/models';
import fc from 'fast-check';
import { TokenMatcher, type TokenMatch } from './late-interaction.js';
import { CODE_SCALE, codesOf, comparedTokens, type ComparedTokens, type TokenHead } from './token-head.js';

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

describe('TokenMatcher', () => {
  const matchTokens = (question: ComparedTokens, texts: readonly Int8Array[]): TokenMatch =>
    new TokenMatcher().match(question, [texts])[0]!;
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

  it('gives what the sum of products gives, for any length of vector and number of documents', () => {
    const vectorOf = (size: number) =>
      fc
        .array(fc.integer({ min: -100, max: 100 }), { minLength: size, maxLength: size })
        .map((values) => values.map((value) => value / (Math.hypot(...values) || 1)));
    const cases = fc.integer({ min: 1, max: 20 }).chain((size) => {
      const rows = (most: number) => fc.array(vectorOf(size), { maxLength: most });
      return fc.record({
        question: fc.array(vectorOf(size), { minLength: 1, maxLength: 5 }),
        documents: fc.array(fc.array(rows(6), { minLength: 1, maxLength: 4 }), { maxLength: 4 }),
      });
    });
    const matcher = new TokenMatcher();
    fc.assert(
      fc.property(cases, ({ question, documents }) => {
        const weights = question.map((_, n) => n + 1);
        const total = weights.reduce((sum, weight) => sum + weight, 0);
        const coded = documents.map((texts) => texts.map((rows) => codes(...rows.flat())));
        const matches = matcher.match(tokens(weights, ...question.flat()), coded);
        expect(matches).toHaveLength(documents.length);
        const size = question[0]!.length;
        const nearest = (token: readonly number[], text: Int8Array) =>
          Math.max(
            0,
            ...Array.from({ length: text.length / size }, (_, row) =>
              token.reduce((sum, value, i) => sum + (value * text[row * size + i]!) / CODE_SCALE, 0),
            ),
          );
        coded.forEach((texts, n) => {
          const weighted = (values: readonly number[]) =>
            values.reduce((sum, value, token) => sum + value * weights[token]!, 0) / total;
          const passages = texts.length > 1 ? texts.slice(1) : texts;
          const each = passages.map((text) => weighted(question.map((token) => nearest(token, text))));
          expect(matches[n]!.passage).toBeCloseTo(Math.max(0, ...each), 3);
          const all = question.map((token) => Math.max(...texts.map((text) => nearest(token, text))));
          expect(matches[n]!.document).toBeCloseTo(weighted(all), 3);
        });
      }),
      { numRuns: 200 },
    );
  });
});
