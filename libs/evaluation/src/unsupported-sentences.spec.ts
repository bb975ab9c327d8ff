import { sentencesOf, unsupportedSentences } from './unsupported-sentences.js';

const ARTICLE = `A new Quillbank card should arrive within 5 working days in the UK. Express delivery costs £6.00.
You can hold up to £1,000. Open Cards > Delivery status to see the day on which your card was posted.`;

describe('unsupportedSentences', () => {
  it.each([
    'A new card arrives within 5 working days in the UK.',
    'Delivery status shows the day your card was posted.',
    'Express delivery costs £6. You can hold £1000.',
    'Your Quillbank card should be arriving within 5 working days.',
  ])('accepts a sentence that the article supports: %p', (answer) => {
    expect(unsupportedSentences(answer, ARTICLE)).toEqual([]);
  });

  it.each([
    ['another number', 'A new card arrives within 7 working days.'],
    ['another name', 'A new Quillbank card arrives in the UK and in Norway.'],
    ['another topic', 'Mortgages need a deposit and proof of income.'],
  ])('finds a sentence with %s', (_, answer) => {
    expect(unsupportedSentences(answer, ARTICLE)).toEqual([answer]);
  });

  it('judges each sentence on its own', () => {
    expect(
      unsupportedSentences('Express delivery costs £6.00. Please bring 99 apples to the branch.', ARTICLE),
    ).toEqual(['Please bring 99 apples to the branch.']);
  });

  it('supports no sentence by an empty source', () => {
    expect(unsupportedSentences('A new card arrives soon.', '')).toHaveLength(1);
  });
});

describe('sentencesOf', () => {
  it('does not split decimals and amounts', () => {
    expect(sentencesOf('It costs £6.00 a card. That is all!  ')).toEqual(['It costs £6.00 a card.', 'That is all!']);
  });
});
