import fc from 'fast-check';
import { detokenise, tokenise } from './tokens.js';

describe('tokenise', () => {
  it('uses the same token for the same value in all texts', () => {
    const { texts, values } = tokenise(['ada@example.org and bob@example.org', 'again ada@example.org']);
    expect(texts).toEqual(['[EMAIL_1] and [EMAIL_2]', 'again [EMAIL_1]']);
    expect([...values]).toEqual([
      ['[EMAIL_1]', 'ada@example.org'],
      ['[EMAIL_2]', 'bob@example.org'],
    ]);
  });

  it('does not use tokens that a text contains already', () => {
    const original = 'literally [EMAIL_1], not ada@example.org';
    const { texts, values } = tokenise([original]);
    expect(texts).toEqual(['literally [EMAIL_1], not [EMAIL_2]']);
    expect(detokenise(texts[0] ?? '', values)).toBe(original);
  });

  it('returns the position of each value', () => {
    const { findings } = tokenise(['Write to ada@example.org.']);
    expect(findings).toEqual([[{ start: 9, end: 24, type: 'email', confidence: 0.99, token: '[EMAIL_1]' }]]);
  });

  it('is reversed exactly by detokenise for any text', () => {
    const token = fc
      .tuple(fc.constantFrom('EMAIL', 'CARD', 'PERSON', 'NATIONAL_ID'), fc.integer({ min: 0, max: 4 }))
      .map(([type, count]) => `[${type}_${count}]`);
    const value = fc.constantFrom(
      'ada@example.org',
      '4111 1111 1111 1111',
      '+44 20 7946 0958',
      'Mr. Smith',
      'hi john',
      '\u200b4111\u00a01111\u20111111\t1111\u200b',
      'call ٠٢٠\u2009٧٩٤٦\u2009٠٩٥٨ now',
      '12 Baker Street',
    );
    const part = fc.oneof(
      token,
      value,
      fc.constantFrom(' ', '[', ']', '[EMAIL_', '_1]', 'x'),
      fc.string({ maxLength: 8 }),
    );
    const text = fc.array(part, { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 4 }), (originals) => {
        const { texts, values } = tokenise(originals);
        expect(texts.map((redacted) => detokenise(redacted, values))).toEqual(originals);
      }),
    );
  });
});
