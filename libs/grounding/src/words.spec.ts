import { contentKeys, stem, wordsOf } from './words.js';

const keys = (text: string) => wordsOf(text).map(({ key }) => key);

describe('wordsOf', () => {
  it.each([
    ['five days', '5 days'],
    ['£6.00 a month', '£6 a month'],
    ['1,000 cards', '1000 cards'],
    ['1.50 percent', '1.5%'],
    ['twenty-four hours', '24 hours'],
  ])('reads %j and %j as the same', (one, other) => expect(keys(one)).toEqual(keys(other)));

  it.each([
    ['2½ hours', '2 hours'],
    ['2½ hours', '21 hours'],
    ['5 days ½', '5 days'],
    ['10² points', '102 points'],
  ])('distinguishes %j from %j', (one, other) => expect(keys(one)).not.toEqual(keys(other)));

  it('distinguishes an amount of money from a number, and a negation from other words', () => {
    expect(keys('£5')).not.toEqual(keys('5'));
    expect(keys("can't")).toEqual(['NOT']);
    expect(keys('without')).toEqual(['NOT']);
  });

  it('recognises a name in the middle of a sentence', () => {
    expect(
      wordsOf('Pay with Apple Pay')
        .filter(({ name }) => name)
        .map(({ raw }) => raw),
    ).toEqual(['Apple', 'Pay']);
  });
});

describe('stem', () => {
  it.each([
    ['cards', 'card'],
    ['declined', 'decline'],
    ['paying', 'paid'],
    ['fees', 'fee'],
    ['verified', 'verify'],
    ['transferred', 'transfer'],
    ['sent', 'sending'],
  ])('gives %s and %s one stem', (one, other) => expect(stem(one)).toBe(stem(other)));
});

it('contentKeys leaves function words out', () =>
  expect([...contentKeys('When will my card arrive?')].sort()).toEqual(['arriv', 'card']));
