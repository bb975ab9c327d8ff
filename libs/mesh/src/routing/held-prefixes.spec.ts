import { HeldPrefixes } from './held-prefixes.js';

const chain = (...keys: string[]) => keys.map((key) => ({ key, kilochars: 1 }));

describe('HeldPrefixes', () => {
  it('holds as many beginnings as the engine keeps, those that were read last', () => {
    const held = new HeldPrefixes(2);
    for (const key of ['a', 'b', 'c']) held.note(chain(key));
    expect(held.keys).toEqual(['b', 'c']);
    held.keep(1);
    expect(held.keys).toEqual(['c']);
    held.keep(0);
    held.note(chain('d'));
    expect(held.keys).toEqual([]);
  });

  it('takes a continued conversation as one beginning', () => {
    const held = new HeldPrefixes(2);
    held.note(chain('a'));
    held.note(chain('x'));
    held.note(chain('a', 'b', 'c'));
    expect(held.keys.sort()).toEqual(['a', 'b', 'c', 'x']);
  });
});
