import fc from 'fast-check';
import { languageOf, MAX_QUESTION_LENGTH, normaliseQuestion } from './question-text.js';

describe('normaliseQuestion', () => {
  it('leaves an ordinary question unchanged', () => {
    expect(normaliseQuestion("Why hasn't my card arrived?")).toBe("Why hasn't my card arrived?");
  });

  it('replaces control characters, line ends and special spaces by single spaces', () => {
    expect(normaliseQuestion('\u0000where\r\n\tis\u00a0\u200bmy\u0007 card \n')).toBe('where is my card');
  });

  it('converts full-width letters to ASCII', () => {
    expect(normaliseQuestion('ｃａｒｄ')).toBe('card');
  });

  it('gives well-formed text of bounded length for any input, and is idempotent', () => {
    const anything = fc.oneof(fc.string({ unit: 'binary', maxLength: 6_000 }), fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(anything, (text) => {
        const once = normaliseQuestion(text);
        expect(once.isWellFormed()).toBe(true);
        expect(once.length).toBeLessThanOrEqual(MAX_QUESTION_LENGTH);
        expect(once).not.toMatch(/[\p{Cc}]|^\s|\s$/u);
      }),
    );
  });
});

describe('languageOf', () => {
  it.each([
    ['Where is my card?', 'en'],
    ['Wo ist meine Karte?', 'en'],
    ['My card 卡', 'en'],
    ['我的卡在哪里', 'und'],
    ['Где моя карта?', 'und'],
    ['12345 !!!', 'und'],
    ['😀', 'und'],
    ['', 'und'],
  ])('%j is %s', (text, language) => expect(languageOf(text)).toBe(language));
});
