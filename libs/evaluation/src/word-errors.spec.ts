import { spokenWords } from './spoken-words.js';
import { editDistance, wordErrors } from './word-errors.js';

describe('spokenWords', () => {
  it.each([
    ['It was the best of times, it was the WORST.', 'it was the best of times it was the worst'],
    ["Don't — won’t; twenty-one!", 'dont wont twenty one'],
    ['105 people, 1,050 cards', 'one hundred five people one thousand fifty cards'],
    ['one hundred and five people and a dog', 'one hundred five people and a dog'],
    ['In 1775, then 1906', 'in seventeen seventy five then nineteen oh six'],
    ['the 21st, the 12th and the 3rd', 'the twenty first the twelfth and the third'],
    ['3.5 % of 007', 'three point five percent of zero zero seven'],
    ['the 20th of 1900', 'the twentieth of one thousand nine hundred'],
    ['', ''],
  ])('reads %p as %p', (text, words) => {
    expect(spokenWords(text).join(' ')).toBe(words);
  });
});

describe('wordErrors', () => {
  it('counts no error for the same words in another spelling of numbers, case and punctuation', () => {
    expect(wordErrors('I paid 20 pounds.', 'i paid twenty pounds')).toEqual({ words: 4, errors: 0 });
  });

  it('counts substitutions, deletions and insertions', () => {
    expect(wordErrors('how do I change my pin', 'how do I change the pin please')).toEqual({ words: 6, errors: 2 });
    expect(wordErrors('how do I change my pin', '')).toEqual({ words: 6, errors: 6 });
  });

  it('uses the smallest number of edits', () => {
    expect(editDistance(['a', 'b', 'c', 'd'], ['b', 'c', 'd', 'e'])).toBe(2);
    expect(editDistance([], ['x'])).toBe(1);
  });
});
