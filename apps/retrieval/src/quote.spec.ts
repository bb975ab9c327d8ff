import type { Passage } from '@llmos/contracts/capabilities/retrieval';
import { quoteAnswer } from './quote.js';

describe('quoteAnswer', () => {
  const unit = (text: string, heading: string, kind: 'text' | 'steps' | 'part' = 'text') => ({
    kind,
    text,
    headings: [heading],
  });
  const passage = (
    document: string,
    relevance: number,
    units = [unit(`The ${document} costs nothing.`, document)],
  ) => ({
    ...{ id: `${document}#0`, document, title: document, relevance, score: 1, similarity: 0.5, units },
    text: units.flatMap(({ headings, text }) => [...headings, text]).join('\n'),
  });
  const ask = (passages: Passage[], questions = ['How much does a new card cost?'], more: object = {}) =>
    quoteAnswer({ questions, passages, ...more });

  it('quotes what answers of the best relevant document', () => {
    const units = [
      unit('A card arrives in five days.', 'Delivery'),
      unit('It costs £5 by post.', 'What does a new card cost?'),
    ];
    expect(ask([passage('other', 0.2), passage('fees', 0.9, units)])).toEqual({
      text: 'What does a new card cost? It costs £5 by post.',
      citations: [{ document: 'fees', title: 'fees', passage: 'fees#0', score: 0.5 }],
      choices: [],
      unanswered: [],
      offered: false,
      grounding: 'extracted',
    });
  });

  it('gives steps to whoever asks how, whatever sentence is nearer', () => {
    const compared = (kind: 'text' | 'steps', text: string, similarity: number) => ({
      ...unit(text, kind === 'steps' ? 'At a cash machine' : 'Safe PINs', kind),
      sentences: [{ text, similarity }],
    });
    const steps = '1. Go to a cash machine. 2. Choose PIN services.';
    const units = [compared('text', 'Avoid simple PINs such as 1234.', 0.6), compared('steps', steps, 0.55)];
    expect(ask([passage('pin', 0.9, units)], ['How do I change my PIN?']).text).toBe(`At a cash machine: ${steps}`);
  });

  it('says that nothing was found rather than quote what is not relevant, or a part of long steps', () => {
    for (const nothing of [passage('fees', 0.05), passage('fees', 0.9, [unit('7. Sign.', 'Steps', 'part')])]) {
      expect(ask([nothing])).toMatchObject({
        text: expect.stringContaining('could not find anything'),
        citations: [],
        unanswered: [expect.any(String)],
        grounding: 'none',
      });
      const otherwise = 'I found no article about that.';
      expect(ask([nothing], undefined, { otherwise }).text).toBe(otherwise);
    }
  });

  it('asks which of two documents is meant', () => {
    expect(ask([passage('card', 0.7), passage('pin', 0.69)])).toMatchObject({
      text: 'Do you mean: “card” or “pin”?',
      choices: [{ document: 'card' }, { document: 'pin' }],
      unanswered: [],
    });
  });

  it('answers each question from its own passages, and ends with the notice or the offer', () => {
    const passages = [passage('fees', 0.9), { ...passage('phone', 0.9), question: 1 }];
    const answer = ask(passages, ['Fees?', 'Phone?', 'Why?'], { notice: 'Call us.', offer: 'A person?' });
    expect(answer.text).toBe(
      'The fees costs nothing. The phone costs nothing. I could not find anything about “Why?” in our help centre. Call us.',
    );
    expect(answer).toMatchObject({ unanswered: ['Why?'], offered: false, grounding: 'extracted' });
    expect(ask([], ['Why?'], { otherwise: 'Nothing.', offer: 'A person?' })).toMatchObject({
      text: 'Nothing. A person?',
      offered: true,
    });
  });
});
