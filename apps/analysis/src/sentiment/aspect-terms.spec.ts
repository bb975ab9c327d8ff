import { sentencesOf } from '../text/sentences.js';
import { aspectTerms } from './aspect-terms.js';

const aspectsOf = (text: string): string[] =>
  aspectTerms(text, sentencesOf(text)).map(
    ({ aspect, clause }) => `${aspect}: ${text.slice(clause.start, clause.end)}`,
  );

describe('aspectTerms', () => {
  it.each([
    ['The food was great but the staff were rude.', ['food: The food was great', 'staff: the staff were rude.']],
    ['Service is slow.', ['service: Service is slow.']],
    ['I love the battery life.', ['battery life: I love the battery life.']],
    ['It was the first time.', []],
    ['', []],
  ])('finds the aspects and their clauses in %j', (text, expected) => expect(aspectsOf(text)).toEqual(expected));
});
