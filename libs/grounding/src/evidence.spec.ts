import type { Passage } from '@llmos/contracts/capabilities/retrieval';
import { weigh } from './evidence.js';

const passage = (id: string, relevance?: number): Passage => ({
  id,
  document: id.split('#')[0]!,
  title: `About ${id.split('#')[0]!}`,
  text: 'Some text.',
  score: 1,
  similarity: 0.6,
  ...(relevance === undefined ? {} : { relevance }),
});
const answering = (...passages: Passage[]): string[] => {
  const evidence = weigh(passages, 0.5);
  return evidence.kind === 'answer' ? evidence.passages.map(({ id }) => id) : [evidence.kind];
};

describe('weigh', () => {
  it('finds nothing to answer from if no document is relevant enough', () => {
    expect(answering()).toEqual(['none']);
    expect(answering(passage('a#0', 0.19))).toEqual(['none']);
    expect(answering({ ...passage('a#0', 0.9), text: ' ' })).toEqual(['none']);
  });

  it('asks about the documents that are nearly relevant enough', () => {
    expect(weigh([passage('a#0', 0.4), passage('b#0', 0.3), passage('c#0', 0.1)], 0.5)).toEqual({
      kind: 'doubt',
      choices: [
        { document: 'a', title: 'About a' },
        { document: 'b', title: 'About b' },
      ],
    });
  });

  it('names a second document beside a doubtful one if it is possible at all', () => {
    const named = (relevance: number): string[] => {
      const evidence = weigh([passage('a#0', 0.4), passage('b#0', relevance)], 0.5);
      return evidence.kind === 'doubt' ? evidence.choices.map(({ document }) => document) : [];
    };
    expect(named(0.06)).toEqual(['a', 'b']);
    expect(named(0.04)).toEqual(['a']);
  });

  it('answers from all passages of the first relevant document, and from no other', () => {
    expect(answering(passage('z#0', 0.2), passage('a#0', 0.9), passage('b#0', 0.6), passage('a#1', 0.9))).toEqual([
      'a#0',
      'a#1',
    ]);
  });

  it('asks which document is meant if two are nearly as relevant and none is certain', () => {
    expect(weigh([passage('a#0', 0.8), passage('a#1', 0.8), passage('b#0', 0.78), passage('c#0', 0.78)], 0.5)).toEqual({
      kind: 'choice',
      choices: [
        { document: 'a', title: 'About a' },
        { document: 'b', title: 'About b' },
      ],
    });
    expect(answering(passage('a#0', 0.97), passage('b#0', 0.96))).toEqual(['a#0']);
    expect(weigh([passage('a#0', 0.8), passage('b#0', 0.78)], 0.5, true)).toMatchObject({ kind: 'answer' });
    expect(answering(passage('a#0', 0.9), passage('b#0', 0.7))).toEqual(['a#0']);
  });

  it('asks nothing about documents that have one title', () => {
    const twin = { ...passage('b#0', 0.78), title: 'About a' };
    expect(answering(passage('a#0', 0.8), twin)).toEqual(['a#0']);
    expect(weigh([passage('a#0', 0.4), { ...twin, relevance: 0.3 }], 0.5)).toEqual({
      kind: 'doubt',
      choices: [{ document: 'a', title: 'About a' }],
    });
  });

  it('takes passages that no search has judged as relevant', () => {
    expect(answering(passage('a#0'), passage('b#0'))).toEqual(['a#0']);
  });
});
