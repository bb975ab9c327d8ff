import { readFileSync } from 'node:fs';
import { waitFor } from '@llmos/testing';
import type { Shop, Shops } from './shop.js';

const linesOf = <T>(file: string): T[] =>
  readFileSync(`deploy/samples/shop/${file}`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
const PRODUCTS = new Map(
  linesOf<{ id: string; category: string; inStock: boolean }>('products.jsonl').map((item) => [item.id, item]),
);
const categoriesOf = (items: readonly string[]) => items.map((item) => PRODUCTS.get(item)?.category);

/** The lists that a tenant without data gets from the sample shop. */
export function sampleShopSuite(running: () => Shops): void {
  let guest: Shop;
  beforeAll(() => {
    ({ guest } = running());
  });

  it('keeps recommending the sample shop, with titles, to a tenant that reports an unknown product', async () => {
    const row = { customer_id: 7, sku: 'kettle', event_type: 'Purchase', timestamp: '2026-01-31 12:30:00' };
    expect((await guest.request('POST', '/v1/interactions', row)).body).toMatchObject({ accepted: 1 });
    const { recommendations } = await guest.recommend({ limit: 10 });
    expect(recommendations).toHaveLength(10);
    expect(recommendations.filter(({ title }) => title === undefined)).toEqual([]);
    expect((await guest.request('GET', '/v1/users/7')).body['interactions']).toMatchObject([
      { user: '7', item: 'kettle', event: 'purchase', at: '2026-01-31T12:30:00.000Z' },
    ]);
  });

  it('takes back what a user returns, and counts it against the item', async () => {
    const buy = { user: 'returner', item: 'trowel', event: 'buy', at: '2026-01-01T00:00:00Z' };
    await guest.request('POST', '/v1/interactions', buy);
    expect((await guest.recommend({ user_id: 'returner' })).recommendations[0]!.reason.text).toContain('Hand trowel');
    await guest.request('POST', '/v1/interactions', { ...buy, event: 'Return', value: -1, at: '2026-01-02T00:00:00Z' });
    const after = await guest.recommend({ user_id: 'returner', exclude_seen: false, limit: 60 });
    expect(after.basis).toBe('popular');
    expect(JSON.stringify(after.recommendations)).not.toContain('trowel');
  });

  it('recommends an item that is deleted to nobody, and no other tenant notices', async () => {
    const gone = await guest.request('DELETE', '/v1/items/pen-fountain');
    expect(gone).toMatchObject({ status: 200, body: { id: 'pen-fountain', deleted: true } });
    expect(await guest.itemsFor({ limit: 60 })).not.toContain('pen-fountain');
    expect(await guest.itemsFor({ similar_to: 'ink-blue', limit: 60 })).not.toContain('pen-fountain');
    expect((await guest.request('DELETE', '/v1/items/never-heard-of')).body).toMatchObject({ deleted: false });
  });

  it('finds items for a wish in words, and items like one that the wish names', async () => {
    const like = () => guest.recommend({ text: 'like Milk frother', limit: 3 });
    await waitFor('the texts to be embedded', async () => (await like()).basis === 'similar');
    await waitFor('all texts', async () => {
      const { recommendations } = await like();
      return categoriesOf(recommendations.map(({ item }) => item)).every((category) => category === 'coffee');
    });
    const wish = await guest.recommend({ text: 'something for gardening', limit: 3 });
    expect(wish.basis).toBe('wish');
    expect(categoriesOf(wish.recommendations.map(({ item }) => item))).toEqual(['garden', 'garden', 'garden']);
  });

  it('diversifies a list on request and keeps its best item', async () => {
    const session = { items: ['kettle-gooseneck', 'grinder-hand'], limit: 8 };
    const plain = await guest.recommend(session);
    const diverse = await guest.recommend({ ...session, diversity: 0.7 });
    const [items, others] = [plain, diverse].map((list) => list.recommendations.map(({ item }) => item)) as [
      string[],
      string[],
    ];
    const pool = await guest.itemsFor({ ...session, limit: 50 });
    process.stdout.write(`plain ${categoriesOf(items).join(' ')}; diverse ${categoriesOf(others).join(' ')}\n`);
    expect(new Set(categoriesOf(others)).size).toBeGreaterThan(new Set(categoriesOf(items)).size);
    expect(others[0]).toBe(items[0]);
    expect(new Set(others).size).toBe(8);
    expect(others.every((item) => pool.includes(item))).toBe(true);
    expect(await guest.itemsFor({ ...session, diversity: 0 })).toEqual(items);
  });

  it('gives rarely seen items the share of places that exploration sets, and none without it', async () => {
    const interacted = linesOf<{ item: string }>('interactions.jsonl').map(({ item }) => item);
    const counts = [...PRODUCTS.keys()]
      .map((id) => interacted.filter((item) => item === id).length)
      .sort((a, b) => a - b);
    const session = { items: ['kettle-gooseneck', 'grinder-hand'], limit: 10 };
    const plain = await guest.recommend(session);
    expect(plain.recommendations.some(({ reason }) => reason.kind === 'explore')).toBe(false);
    const { recommendations } = await guest.recommend({ ...session, exploration: 0.3 });
    const explored = recommendations.filter(({ reason }) => reason.kind === 'explore');
    expect(explored).toHaveLength(3);
    for (const { item } of explored)
      expect(interacted.filter((other) => other === item).length).toBeLessThanOrEqual(counts[20]!);
    expect(recommendations[0]).toEqual(plain.recommendations[0]);
    recommendations.forEach((each, place) => {
      if (each.reason.kind !== 'explore') expect(each.item).toBe(plain.recommendations[place]!.item);
    });
  });

  it('filters by category, by stock and by items already seen', async () => {
    const garden = { items: ['trowel'], categories: ['garden'], limit: 60 };
    const inStock = await guest.itemsFor(garden);
    expect(new Set(categoriesOf(inStock))).toEqual(new Set(['garden']));
    expect(inStock).not.toContain('trowel');
    expect(inStock).not.toContain('compost-bin');
    expect(await guest.itemsFor({ ...garden, in_stock_only: false })).toContain('compost-bin');
    expect(await guest.itemsFor({ ...garden, exclude_seen: false })).toContain('trowel');
  });

  it('recommends an item without interactions by its text', async () => {
    const coffee = () => guest.itemsFor({ similar_to: 'frother', limit: 5 });
    const isCoffee = (items: string[]) => categoriesOf(items).filter((category) => category === 'coffee').length >= 3;
    await waitFor('the texts to be embedded', async () => isCoffee(await coffee()));
    expect(await guest.itemsFor({ items: ['kettle-gooseneck', 'grinder-hand'], limit: 60 })).toContain('frother');
  });
}
