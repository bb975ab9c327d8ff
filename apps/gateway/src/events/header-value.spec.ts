import { headerValue } from '@llmos/bus';
import fc from 'fast-check';
import { decodeHeaderValue } from './header-value.js';

describe('decodeHeaderValue', () => {
  it.each([
    ['Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
    ['caf%c3%a9', 'café'],
    ['%61bc', 'abc'],
    ['100%', '100%'],
    ['%zz%2', '%zz%2'],
    ['%2525', '%25'],
    ['  a b ', 'a b'],
    ['"a \\"b\\" \\\\ c"', 'a "b" \\ c'],
    ['"%20"', ' '],
    ['"', '"'],
    ['é', 'é'],
    ['%EF%BB%BFa', '\ufeffa'],
    ['%C0%A0', undefined],
    ['a%ff', undefined],
    ['%E2%82', undefined],
  ])('reads %j as %j', (value, text) => expect(decodeHeaderValue(value)).toBe(text));

  it('reads what the bus writes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const written = headerValue(text);
        expect(written).toMatch(/^[\x21-\x7e]*$/);
        expect(decodeHeaderValue(written)).toBe(text.toWellFormed());
      }),
    );
  });

  it('reads values of a megabyte', () => {
    for (const piece of ['%41', '%', '"', '\\', 'a"', '"\\"'])
      expect(typeof decodeHeaderValue(`"${piece.repeat(1_000_000 / piece.length)}"`)).toBe('string');
  });
});
