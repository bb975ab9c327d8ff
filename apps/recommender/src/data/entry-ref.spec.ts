import fc from 'fast-check';
import { keyOf, refOf } from './entry-ref.js';

const KEY = /^[\w-]+\.[\w-]+$/;

describe('the key of an entry', () => {
  it('encodes any id within its tenant and can be decoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 128 }), (id) => {
        const key = keyOf({ tenant: 'acme', id });
        expect(key).toMatch(KEY);
        expect(refOf(key)).toEqual({ tenant: 'acme', id });
      }),
    );
  });

  it.each(['a.b', '>', '*', '', 'a b'])('is rejected for the invalid tenant %p', (tenant) => {
    expect(() => keyOf({ tenant, id: 'x' })).toThrow(expect.objectContaining({ field: 'tenant' }));
  });

  it('is undefined for keys of another form', () => expect(refOf('a.b.c') ?? refOf('a')).toBeUndefined());
});
