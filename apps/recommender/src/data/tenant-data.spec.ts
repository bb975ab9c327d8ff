import type { StoredInteraction } from './history.js';
import { TenantData } from './tenant-data.js';

const viewed = (...items: string[]): StoredInteraction[] =>
  items.map((item, n) => ({ item, event: 'view', value: 1, atMs: n }));
const item = (id: string) => ({ id, title: id, text: '', inStock: true });

describe('TenantData', () => {
  it('counts the users of each item, each user once, and removes those of an erased user', () => {
    const data = new TenantData();
    data.takeHistory('a', viewed('kettle', 'kettle', 'cup'));
    data.takeHistory('b', viewed('kettle'));
    expect([...data.popularity()]).toEqual([
      ['kettle', 2],
      ['cup', 1],
    ]);
    expect(data).toMatchObject({ users: 2, items: 2, interactions: 4 });
    data.takeHistory('a', undefined);
    expect([...data.popularity()]).toEqual([['kettle', 1]]);
    expect(data).toMatchObject({ users: 1, items: 1, interactions: 1 });
    expect(data.historyOf('a')).toEqual([]);
    expect([...data.usersWithInteractions()].map(({ user }) => user)).toEqual(['b']);
  });

  it('counts an item once, whether it is described, has interactions, or both', () => {
    const data = new TenantData();
    expect(data.isEmpty).toBe(true);
    data.takeItem('kettle', item('kettle'));
    data.takeItem('cup', item('cup'));
    data.takeHistory('a', viewed('kettle', 'pot'));
    expect(data.items).toBe(3);
    data.takeItem('cup', undefined);
    expect(data.items).toBe(2);
    expect(data.isEmpty).toBe(false);
  });

  it('counts users against an item anew when the ratings turn out to have another scale', () => {
    const data = new TenantData();
    const rated = (item: string, value: number): StoredInteraction => ({ item, event: 'rate', value, atMs: 1 });
    data.takeHistory('a', [rated('kettle', 1)]);
    expect([...data.popularity()]).toEqual([]);
    data.takeHistory('b', [rated('kettle', 1), rated('cup', 0)]);
    expect([...data.popularity()]).toEqual([['kettle', 2]]);
    data.takeHistory('c', [rated('cup', 5), rated('kettle', 4)]);
    expect(Object.fromEntries(data.popularity())).toEqual({});
    expect(data.usersOfItem('kettle')).toBe(3);
  });

  it('marks for a training what users are against, and counts shared and other items', () => {
    const data = new TenantData();
    data.takeHistory('a', [...viewed('kettle', 'cup'), { item: 'cup', event: 'return', value: 1, atMs: 9 }]);
    const [{ interactions } = { interactions: [] }] = data.usersWithInteractions();
    expect([...interactions].map(({ item: id, against }) => [id, against])).toEqual([
      ['kettle', false],
      ['cup', true],
      ['cup', true],
    ]);
    const shared = new TenantData();
    shared.takeItem('kettle', item('kettle'));
    expect(data.itemsSharedWith(shared)).toMatchObject({ shared: 1, others: 1 });
    shared.takeItem('cup', item('cup'));
    expect(data.itemsSharedWith(shared)).toMatchObject({ shared: 2, others: 0 });
  });

  it('remembers deleted items until they are stored again or their entry is gone', () => {
    const data = new TenantData();
    data.takeItem('kettle', item('kettle'));
    data.takeItem('kettle', { id: 'kettle', deleted: true, wasDescribed: true });
    expect([data.isDeleted('kettle'), data.hasCatalogue, data.items]).toEqual([true, true, 0]);
    data.takeItem('kettle', item('kettle'));
    expect([data.isDeleted('kettle'), data.items]).toEqual([false, 1]);
    data.takeItem('kettle', undefined);
    expect([data.hasCatalogue, data.isEmpty]).toEqual([false, true]);
  });
});
