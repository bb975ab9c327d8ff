import type { Passage } from '@llmos/contracts/capabilities/retrieval';
import { relevantPassages } from './relevance.js';

const thresholds = { inScope: 0.35, outOfScope: 0.5 };
const passage = (id: string, similarity: number): Passage => ({
  id,
  document: id.split('#')[0]!,
  title: id,
  text: 'Some text.',
  score: 1,
  similarity,
});
const ids = (passages: Passage[], intent?: string) =>
  relevantPassages(passages, intent, thresholds).map(({ id }) => id);

describe('relevantPassages', () => {
  it('drops passages below the threshold, which is stricter for an out-of-scope question', () => {
    expect(ids([passage('a#0', 0.34)])).toEqual([]);
    expect(ids([passage('a#0', 0.45)])).toEqual(['a#0']);
    expect(ids([passage('a#0', 0.45)], 'out_of_scope')).toEqual([]);
  });

  it('keeps all passages of the first document above the threshold, and no others', () => {
    expect(ids([passage('z#0', 0.2), passage('a#0', 0.6), passage('b#0', 0.7), passage('a#1', 0.3)])).toEqual([
      'a#0',
      'a#1',
    ]);
  });
});
