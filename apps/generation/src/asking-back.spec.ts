import { answer } from '@llmos/contracts/capabilities/generation';
import { modelOf, passage, serviceOf } from '../test/fixtures/scripted-model.js';

describe('A customer', () => {
  it('is asked back once, and the other question that is not clear either is named', async () => {
    const about = (document: string, question: number) => ({
      ...passage,
      id: `${document}#0`,
      document,
      title: document,
      relevance: 0.3,
      question,
    });
    const questions = ['How is it with cards?', 'And what of fees?'];
    const input = answer.input.parse({
      question: questions.join(' '),
      questions,
      passages: [about('Cards', 0), about('Fees', 1)],
    });
    const asked = await serviceOf(modelOf(() => '')).answer(input, {
      signal: new AbortController().signal,
      emit: () => undefined,
    });
    expect(asked).toMatchObject({
      text: 'Do you mean: “Cards”? After that, please ask me again: “And what of fees?”',
      choices: [{ document: 'Cards' }],
      unanswered: questions,
    });
  });
});
