import type { Passage } from '@llmos/contracts/capabilities/retrieval';
import { quoteAnswer } from './quote.js';

describe('quoteAnswer', () => {
  const unit = (text: string, heading: string, kind: 'text' | 'part' = 'text') => ({ kind, text, headings: [heading] });
  const passage = (document: string, relevance: number, units = [unit(`All about ${document}.`, document)]) => ({
    ...{ id: `${document}#0`, document, title: document, relevance, score: 1, similarity: 0.5, units },
    text: units.map(({ text }) => text).join('\n'),
  });
  const ask = (passages: Passage[], questions = ['How much does a new card cost?']) =>
    quoteAnswer({ questions, passages, otherwise: 'I found no article about that.' });

  it('quotes the part of the best relevant passage that shares most words with the question', () => {
    const units = [
      unit('A card arrives in five days.', 'Delivery'),
      unit('It costs £5.', 'What does a new card cost?'),
    ];
    const answer = ask([passage('other', 0.2), passage('fees', 0.9, units)]);
    expect(answer).toEqual({
      text: 'It costs £5.',
      citations: [{ document: 'fees', title: 'fees', passage: 'fees#0', score: 0.5 }],
      unanswered: [],
      grounding: 'extracted',
    });
  });

  it('quotes the part with the sentence nearest to the question, where sentences were compared', () => {
    const compared = (text: string, similarity: number) => ({
      ...unit(text, 'Cards'),
      sentences: [{ text, similarity }],
    });
    const units = [compared('A new card costs nothing to freeze.', 0.2), compared('You pay five pounds.', 0.6)];
    expect(ask([passage('fees', 0.9, units)]).text).toBe('You pay five pounds.');
  });

  it('says that nothing was found rather than quote what is not relevant, or a part of long steps', () => {
    const nothing = { text: 'I found no article about that.', citations: [], grounding: 'none' };
    expect(ask([passage('fees', 0.49)])).toMatchObject(nothing);
    expect(ask([passage('fees', 0.9, [unit('7. Sign.', 'Steps', 'part')])])).toMatchObject(nothing);
  });

  it('answers each question from its own passages', () => {
    const answer = ask([passage('fees', 0.9), { ...passage('phone', 0.9), question: 1 }], ['Fees?', 'Phone?', 'Why?']);
    expect(answer.text).toBe('All about fees. All about phone. I found no article about that.');
    expect(answer).toMatchObject({ unanswered: ['Why?'], grounding: 'extracted' });
  });
});
