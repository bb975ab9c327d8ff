import { isUnderstood } from './recognised-speech.js';

const piece = (confidence: number, otherLanguage: number) => ({ text: 'Words.', confidence, otherLanguage });

describe('isUnderstood', () => {
  it.each([
    ['sure words', 0.9, 0],
    ['sure words that sound like another language', 0.9, 0.9],
    ['English that is hard to hear', 0.4, 0.2],
  ])('is true for %s', (_, confidence, otherLanguage) => {
    expect(isUnderstood(piece(confidence, otherLanguage))).toBe(true);
  });

  it.each([
    ['words that are guesses', 0.2, 0],
    ['unsure words that sound like another language', 0.5, 0.7],
  ])('is false for %s', (_, confidence, otherLanguage) => {
    expect(isUnderstood(piece(confidence, otherLanguage))).toBe(false);
  });
});
