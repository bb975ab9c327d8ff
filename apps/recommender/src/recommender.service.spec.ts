import { recommend } from '@llmos/contracts/capabilities/recommender';
import { InMemoryEntryStore } from '../test/fixtures/in-memory-entry.store.js';
import { LetterEmbeddings } from '../test/fixtures/letter-embeddings.js';
import { DataFeed } from './data/data-feed.js';
import type { StoredInteraction } from './data/history.js';
import type { StoredItem } from './ports/item-store.port.js';
import { RecommenderService } from './recommender.service.js';
import { Scorers } from './serving/scorers.js';
import type { ServedModels } from './serving/served-models.js';

const shop = [
  { id: 'kettle', title: 'Kettle', text: 'boils water', category: 'kitchen', inStock: true },
  { id: 'teapot', title: 'Teapot', text: 'holds tea and boils water', category: 'kitchen', inStock: true },
  { id: 'samovar', title: 'Samovar', text: 'boils water', category: 'kitchen', inStock: false },
  { id: 'spade', title: 'Spade', text: 'digs', category: 'garden', inStock: true },
];

/** A replica before its first training. */
async function start(
  itemsOf: Record<string, string[]>,
  described: typeof shop,
  tenant = 'acme',
  guests: Record<string, string[]> = {},
) {
  const [interactions, items] = [
    new InMemoryEntryStore<readonly StoredInteraction[]>(),
    new InMemoryEntryStore<StoredItem>(),
  ];
  const putAll = async (owner: string, all: Record<string, string[]>) => {
    for (const [user, names] of Object.entries(all)) {
      const history = names.map((item, n) => ({ item, event: 'view', value: 1, atMs: n }));
      await interactions.put({ tenant: owner, id: user }, history, 0);
    }
  };
  await putAll(tenant, itemsOf);
  await putAll('guest', guests);
  for (const item of described) {
    const [vector] = await new LetterEmbeddings().embed([item.text]);
    await items.put({ tenant, id: item.id }, { ...item, vector }, 0);
  }
  const feed = new DataFeed(interactions, items);
  await feed.start();
  const models = { get: () => undefined } as unknown as ServedModels;
  const service = new RecommenderService(feed, models, new Scorers(feed, models, () => undefined));
  return async (fields: object, asked = tenant) =>
    recommend.output.parse(await service.recommend(recommend.input.parse(fields), { tenant: asked, run: 'r' }));
}
const idsOf = ({ items }: Awaited<ReturnType<Awaited<ReturnType<typeof start>>>>) => items.map(({ item }) => item);

describe('recommendations before the first training', () => {
  const itemsOf = { ann: ['kettle'], ben: ['kettle', 'spade'], cid: ['spade', 'kettle', 'gadget'] };

  it('are popular items, with their titles if they have one', async () => {
    const answer = await (await start(itemsOf, shop))({});
    expect(answer).toMatchObject({
      basis: 'popular',
      text: 'You might like these products: Kettle, Spade and gadget.',
    });
    expect(answer.model).toBeUndefined();
  });

  it('are items with texts similar to the history, then popular items, without the history', async () => {
    const ask = await start(itemsOf, shop);
    const answer = await ask({ user: 'ann' });
    expect(idsOf(answer)).toEqual(['teapot', 'spade', 'gadget']);
    expect(answer).toMatchObject({ basis: 'user', items: [{ reason: { text: 'because you had Kettle' } }, {}, {}] });
    expect(idsOf(await ask({ user: 'ann', inStockOnly: false, limit: 2 }))).toContain('samovar');
    expect(idsOf(await ask({ items: ['spade'], categories: ['kitchen'] }))).toEqual(['kettle']);
    expect(idsOf(await ask({ user: 'ann', excludeSeen: false, limit: 9 }))).toContain('kettle');
    const similar = await ask({ similarTo: 'kettle', limit: 1 });
    expect(similar).toMatchObject({ basis: 'similar', items: [{ item: 'teapot', reason: { kind: 'similar' } }] });
    expect(await ask({ similarTo: 'unheard-of', limit: 1 })).toMatchObject({ basis: 'popular' });
  });

  it('are the described items for a shop without interactions, and empty without items', async () => {
    expect(idsOf(await (await start({}, shop))({}))).toEqual(['kettle', 'teapot', 'spade']);
    expect(await (await start({}, []))({})).toMatchObject({ items: [], text: 'There is nothing to recommend yet.' });
  });

  it('use the shared items and the tenant’s own interactions until the tenant has items of its own', async () => {
    const visiting = await start(itemsOf, shop, 'shared', { zoe: ['kettle'] });
    const answer = await visiting({ user: 'zoe', limit: 2 }, 'guest');
    expect(answer).toMatchObject({ basis: 'user' });
    expect(idsOf(answer)).toEqual(['teapot', 'spade']);
    const settled = await start(itemsOf, shop, 'shared', { zoe: ['kettle', 'own-thing'], yan: ['own-thing'] });
    expect(idsOf(await settled({}, 'guest'))).toEqual(['own-thing', 'kettle']);
  });

  it('come from the shared tenant for a tenant without data, and from no other tenant', async () => {
    const shared = await start(itemsOf, shop, 'shared');
    expect(idsOf(await shared({ limit: 1 }, 'newcomer'))).toEqual(['kettle']);
    const others = await start(itemsOf, shop, 'acme');
    expect(idsOf(await others({}, 'newcomer'))).toEqual([]);
  });
});
