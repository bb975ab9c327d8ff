import { interactionFields, itemFields } from './row-fields.js';

describe('the fields of foreign files', () => {
  it('are converted from MovieLens: numbers, ids as strings, Unix seconds as RFC 3339', () => {
    const row = { userId: '1', movieId: '31', rating: '2.5', timestamp: '1260759144', genre: 'x' };
    const at = '2009-12-14T02:52:24.000Z';
    expect(interactionFields(row)).toEqual({ user: '1', item: '31', value: 2.5, at, event: 'rate' });
    expect(interactionFields({ user: 7, item: 8, at: 1260759144000 })).toEqual({ user: '7', item: '8', at });
  });

  it('are omitted if empty, and left unchanged if they are not a number or time', () => {
    expect(interactionFields({ user: 'a', item: 'b', event: '', value: '', at: '' })).toEqual({ user: 'a', item: 'b' });
    const odd = interactionFields({ user: 'a', item: {}, value: 'many', at: 'yesterday' });
    expect(odd).toEqual({ user: 'a', item: {}, value: NaN, at: 'yesterday' });
  });

  it('of items are recognised by common names, with common words for yes and no', () => {
    expect(itemFields({ item_id: 3, name: 'Pot', description: 'Round.', 'In Stock': 'no' })).toEqual({
      id: '3',
      title: 'Pot',
      text: 'Round.',
      inStock: false,
    });
  });
});
