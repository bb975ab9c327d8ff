import { joinAnswers, partsOf } from './parts.js';

const passage = (document: string, question?: number) => ({
  id: `${document}#0`,
  document,
  title: document,
  text: 'Some text.',
  score: 1,
  similarity: 0.5,
  ...(question === undefined ? {} : { question }),
});
const input = { passages: [passage('a', 0), passage('b', 1)], grounding: 'on' as const, quote: false, maxTokens: 10 };

describe('partsOf', () => {
  it('gives each question the passages that were found for it', () => {
    const parts = partsOf({ ...input, question: 'A? B?', questions: ['A?', 'B?'] });
    expect(parts.map(({ question, passages }) => [question, passages.map(({ document }) => document)])).toEqual([
      ['A?', ['a']],
      ['B?', ['b']],
    ]);
  });

  it('gives a single question all passages', () => {
    expect(partsOf({ ...input, question: 'A?' })).toEqual([{ question: 'A?', passages: input.passages }]);
    expect(partsOf({ ...input, question: 'A?', questions: ['A?'] })[0]?.passages).toHaveLength(2);
  });
});

describe('joinAnswers', () => {
  const answer = (text: string, more: object = {}) => ({
    text,
    citations: [{ document: 'a', title: 'A', passage: 'a#0', score: 1 }],
    choices: [],
    unanswered: [],
    offered: false,
    grounding: 'extracted' as const,
    model: 'm',
    usage: { inputTokens: 1, outputTokens: 2 },
    degraded: false,
    ...more,
  });

  it('joins texts, citations without repetition, and usage', () => {
    expect(joinAnswers([answer('One.'), answer('Two.', { degraded: true })])).toEqual({
      ...answer('One. Two.'),
      usage: { inputTokens: 2, outputTokens: 4 },
      degraded: true,
    });
  });

  it.each([
    ['extracted', 'none', 'extracted'],
    ['none', 'generated', 'generated'],
    ['generated', 'extracted', 'repaired'],
    ['none', 'none', 'none'],
  ])('makes of %s and %s one that is %s', (one, other, joined) => {
    const answers = [answer('One.', { grounding: one }), answer('Two.', { grounding: other })];
    expect(joinAnswers(answers).grounding).toBe(joined);
  });
});
