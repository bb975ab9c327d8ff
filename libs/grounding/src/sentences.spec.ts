import { LINEAR, timeGrowth } from '@llmos/testing';
import fc from 'fast-check';
import { plainText, sentenceEnd, splitSentences } from './sentences.js';

describe('splitSentences', () => {
  it('does not end a sentence at an amount, an abbreviation, a step number or in a menu path', () => {
    expect(splitSentences('It costs £1.50 a time, e.g. at shops. Open Cards > Settings. 1. Step one is here.')).toEqual(
      ['It costs £1.50 a time, e.g. at shops.', 'Open Cards > Settings.', '1. Step one is here.'],
    );
    expect(splitSentences('Prices incl. VAT. A week excl. Sunday costs £5, resp. £6 with ext. 12.')).toEqual([
      'Prices incl. VAT.',
      'A week excl. Sunday costs £5, resp. £6 with ext. 12.',
    ]);
    expect(splitSentences('Orders before 2 p.m. London time go out the same day. Others wait.')).toHaveLength(2);
  });

  it('makes a sentence of each list item and leaves out headings', () => {
    expect(
      splitSentences(
        '# Title\n\n- Do **this** first\n- Then [that](https://example.org)\n\n## More\nA line\nwrapped here.',
      ),
    ).toEqual(['Do this first.', 'Then that.', 'A line wrapped here.']);
  });

  it('leaves no control characters and no line breaks, whatever the input', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const sentence of splitSentences(text)) expect(sentence).not.toMatch(/[\p{Cc}\n]/u);
      }),
    );
  });
});

describe('plainText', () => {
  it('leaves a fraction and an exponent as they are written: beside a digit they would become another number', () => {
    expect(plainText('A dryer takes 2½ to 3 hours for 8 m² of ﬂoor, １０ times.')).toBe(
      'A dryer takes 2½ to 3 hours for 8 m² of floor, 10 times.',
    );
  });

  it('removes Markdown and control characters', () => {
    expect(plainText('  **Bold**\u0000 and `code`\n[link](x) ')).toBe('Bold and code link');
  });
});

describe('Sentences and plain text', () => {
  const texts = ['.', '!', ',', ' ', '[', '![a](', '<a', '*a ', '."', 'e.g. ', 'a. b '];
  it.each(texts)('take linear time for a repeated %j', (piece) => {
    const text = (chars: number): string => `a${piece.repeat(chars / piece.length)}x`;
    for (const read of [splitSentences, plainText, sentenceEnd])
      expect([read.name, timeGrowth((chars) => read(text(chars)), 30_000) < LINEAR]).toEqual([read.name, true]);
  });
});
