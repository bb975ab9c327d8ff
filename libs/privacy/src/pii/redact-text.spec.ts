import fc from 'fast-check';
import { findPii } from './find-pii.js';
import { redactText } from './redact-text.js';

const CHARS = 100_000;
const MAX_MS = 50;

describe('redactText', () => {
  it('leaves nothing of the values', () => {
    expect(redactText('Card 4111 1111 1111 1111, mail ada@example.org, IBAN DE89370400440532013000.')).toBe(
      'Card [CARD], mail [EMAIL], IBAN [IBAN].',
    );
  });

  it('gives findings in order, apart and inside any text', () => {
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
    ],
    ...['call 12 34 ', 'Dear Anna van ', 'abcd:', '(', 'a.b@c.', 'İ', '😀 ', 'A'.repeat(24) + ' ', 'x@a-'],
  ])('takes linear time for %j over and over', (unit) => {
    const text = unit.repeat(CHARS / unit.length);
    // The best of a few: the first ones pay for compiling.
    expect(Math.min(...Array.from({ length: 5 }, () => cpuMsOf(text)))).toBeLessThan(MAX_MS);
  });

  it('takes time in proportion for whatever is repeated', () => {
    const unit = fc.string({ unit: fc.constantFrom(..."aA1 .@-:+('oe,\n9x"), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(unit, (part) => {
        const text = part.repeat(20_000 / part.length);
        expect(cpuMsOf(text)).toBeLessThan(MAX_MS * 2);
      }),
      { numRuns: 60 },
    );
  });
});

/** Time on the processor, so that other work on the machine does not count. */
function cpuMsOf(text: string): number {
  const from = process.cpuUsage();
  redactText(text);
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1_000;
}
