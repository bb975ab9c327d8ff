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
});
