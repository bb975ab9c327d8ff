import fc from 'fast-check';
import { NormalForm } from './normal-form.js';

describe('NormalForm', () => {
  it('has one kind of space, dash, line end and digit', () => {
    expect(new NormalForm('a\u00a0b\u2009c\td').text).toBe('a b c d');
    expect(new NormalForm('1\u20112\u20133\u22124').text).toBe('1-2-3-4');
    expect(new NormalForm('a\r\nb\rc\u2028d').text).toBe('a\nb\nc\nd');
    expect(new NormalForm('٤۵६７𝟠').text).toBe('45678');
    expect(new NormalForm('1\u200b2\u00ad3\ufeff').text).toBe('123');
    expect(new NormalForm('ＤＥ８９＠').text).toBe('DE89@');
  });

  it('leads back to the characters of the original', () => {
    const original = '\u200bx 𝟜\u200b𝟜\u200b, 😀 y\r\nz';
    const form = new NormalForm(original);
    const back = (part: string): string => {
      const start = form.text.indexOf(part);
      const place = form.placeOf(start, start + part.length);
      return original.slice(place.start, place.end);
    };
    expect(back('44')).toBe('𝟜\u200b𝟜');
    expect(back('x')).toBe('x');
    expect(back('😀')).toBe('😀');
    expect(back('z')).toBe('z');
  });

  it('changes nothing in plain text, and keeps all letters of any text in order', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 100 }), (original) => {
        const form = new NormalForm(original);
        let last = 0;
        for (let at = 0; at < form.text.length; at++) {
          const { start, end } = form.placeOf(at, at + 1);
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          last = start;
        }
        expect(last).toBeLessThanOrEqual(original.length);
      }),
    );
  });
});
