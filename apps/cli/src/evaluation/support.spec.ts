import { sentencesOf, unsupportedSentences } from './support.js';

const ARTICLE = `A new Quillbank card should arrive within 5 working days in the UK. Express delivery costs £6.00.
You can hold up to £1,000. Open Cards > Delivery status to see the day on which your card was posted.`;

describe('unsupportedSentences', () => {
  it.each([
    'A new card arrives within 5 working days in the UK.',
    'Delivery status shows the day your card was posted.',
    'Express delivery costs £6. You can hold £1000.',
    'Your Quillbank card should be arriving within 5 working days.',
  ])('accepts what the article says: %p', (answer) => {
    expect(unsupportedSentences(answer, ARTICLE)).toEqual([]);
  });

  it.each([
    ['another number', 'A new card arrives within 7 working days.'],
    ['another name', 'A new Quillbank card arrives in the UK and in Norway.'],
    ['another matter', 'Mortgages need a deposit and proof of income.'],
  ])('finds %s', (_, answer) => {
    expect(unsupportedSentences(answer, ARTICLE)).toEqual([answer]);
  });

  it('judges each sentence for itself', () => {
    expect(
      unsupportedSentences('Express delivery costs £6.00. Please bring 99 apples to the branch.', ARTICLE),
    ).toEqual(['Please bring 99 apples to the branch.']);
  });

  it('carries nothing from an empty source', () => {
    expect(unsupportedSentences('A new card arrives soon.', '')).toHaveLength(1);
  });
});

describe('sentencesOf', () => {
  it('keeps decimals and amounts together', () => {
    expect(sentencesOf('It costs £6.00 a card. That is all!  ')).toEqual(['It costs £6.00 a card.', 'That is all!']);
  });
});
