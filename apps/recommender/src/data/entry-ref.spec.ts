import fc from 'fast-check';
import { keyOf, refOf } from './entry-ref.js';

const KEY = /^[\w-]+\.[\w-]+$/;

describe('the key of an entry', () => {
  it('stands for any id, stays within its tenant and comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 128 }), (id) => {
        const key = keyOf({ tenant: 'acme', id });
        expect(key).toMatch(KEY);
        expect(refOf(key)).toEqual({ tenant: 'acme', id });
      }),
    );
  });

  it.each(['a.b', '>', '*', '', 'a b'])('is not made for the tenant %p', (tenant) => {
    expect(() => keyOf({ tenant, id: 'x' })).toThrow(expect.objectContaining({ field: 'tenant' }));
  });

  it('of somebody else is none of ours', () => expect(refOf('a.b.c') ?? refOf('a')).toBeUndefined());
});
