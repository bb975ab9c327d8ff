import { LINEAR, timeGrowth } from '@llmos/testing';
import fc from 'fast-check';
import { findPii } from './find-pii.js';
import { redactText } from './redact-text.js';

const CHARS = 100_000;

describe('redactText', () => {
  it('removes every value completely', () => {
    expect(redactText('Card 4111 1111 1111 1111, mail ada@example.org, IBAN DE89370400440532013000.')).toBe(
      'Card [CARD], mail [EMAIL], IBAN [IBAN].',
    );
  });

  it('gets findings in order, without overlaps, within any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        let last = 0;
        for (const { start, end } of findPii(text)) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          last = end;
        }
        expect(last).toBeLessThanOrEqual(text.length);
      }),
    );
  });

  it.each([
    ...[
      '4',
      'a',
      'A',
      '\n',
      ' ',
      '4 ',
      '1-',
      'a@',
      'a.',
      "a'",
      'a:',
      'one ',
      'word ',
      'Anna ',
      'Aa ',
      '4111 ',
      'DE89',
      'DE89 ',
    ],
    ...[
      '+1 ',
      '12 Aaa ',
      'my name is ',
      'aaa dot ',
      '1.1.1.',
      'address is 12 A',
      'rue ',
      '1 rue a ',
      'a strasse ',
      '2024-01-01 ',
      'apt 1 ',
      '1 a apt 1',
    ],
    ...['pin ', 'pin is ', 'code a ', 'the code is 4', 'password ', 'password is a', 'is my pin ', 'one is '],
    ...[
      '07700 900123 ',
      '555-123-4567 ',
      '+44 20 ',
      '+447700900123 ',
      '619-2132716-',
      'nine hundred ',
      'double ',
      'plus four ',
    ],
    ...['SMITH, ', 'SMITH, JOHN ', 'hi john ', 'mr ', 'john smith ', 'van ', 'J. ', 'my wife ', 'jean-luc-', 'de la '],
    ...[
      'Damrak 1B, 1012 LG ',
      '4111, ',
      '4111 ... ',
      '1st floor flat, ',
      'regards,\nolu ',
      '&nbsp;',
      'order no 12 34 ',
    ],
    ...['flat 3, ', 'Rose Cottage, ', 'BS8 1QU ', 'Mill Lane, ', '1 Mill Lane, Leeds ', 'Weg 5 ', '10115 Aa '],
    ...[
      'a at b dot com ',
      'a as in b ',
      'j ',
      'a at b dot ',
      'a dot ',
      'mail at ',
      '\u00a0',
      '4\u200b',
      '٤\u2011',
      '\r',
    ],
    ...[
      'call 12 34 ',
      'Dear Anna van ',
      'my son a ',
      'a speaking ',
      'ben & ',
      'Calle a 1, 3º B',
      'payee name ',
      'abcd:',
      '(',
      'a.b@c.',
      'İ',
      '😀 ',
      'A'.repeat(24) + ' ',
      'x@a-',
    ],
  ])('takes linear time for a repeated %j', (unit) => {
    expect(timeGrowth((chars) => redactText(unit.repeat(chars / unit.length)), CHARS)).toBeLessThan(LINEAR);
  });

  it.each([
    ['mr ', 'de '],
    ['name: ', 'J '],
    ['John ', 'J. '],
    ['SMITH, ', 'John '],
  ])('reads %j and then %j, as often as a text can have it', (start, part) => {
    expect(() => redactText(start + part.repeat(90_000 / part.length))).not.toThrow();
  });

  it.each([' still', ' has', ' the', "'s"])('takes linear time for a name before a repeated %j', (part) => {
    const text = (chars: number): string => `Hugo${part.repeat(chars / part.length)}`;
    expect(timeGrowth((chars) => redactText(text(chars)), CHARS)).toBeLessThan(LINEAR);
  });

  it('takes linear time for any repeated text', () => {
    const unit = fc.string({ unit: fc.constantFrom(..."aA1 .@-:+('oe,\n9x"), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(unit, (part) => {
        expect(timeGrowth((chars) => redactText(part.repeat(chars / part.length)), CHARS)).toBeLessThan(LINEAR);
      }),
      { numRuns: 60 },
    );
  });
});
