import { recommend } from '@llmos/contracts/capabilities/recommender';
import { InMemoryEntryStore } from '../test/fixtures/in-memory-entry.store.js';
import { LetterEmbeddings } from '../test/fixtures/letter-embeddings.js';
import { DataFeed } from './data/data-feed.js';
import type { Deed } from './data/history.js';
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
  deeds: Record<string, string[]>,
  described: typeof shop,
  tenant = 'acme',
  guests: Record<string, string[]> = {},
) {
  const [interactions, items] = [new InMemoryEntryStore<readonly Deed[]>(), new InMemoryEntryStore<StoredItem>()];
  const putAll = async (owner: string, all: Record<string, string[]>) => {
    for (const [user, names] of Object.entries(all)) {
      const history = names.map((item, n) => ({ item, event: 'view', value: 1, atMs: n }));
      await interactions.put({ tenant: owner, id: user }, history, 0);
    }
  };
  await putAll(tenant, deeds);
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
  const deeds = { ann: ['kettle'], ben: ['kettle', 'spade'], cid: ['spade', 'kettle', 'gadget'] };

  it('are what is popular, by title where there is one', async () => {
    const answer = await (await start(deeds, shop))({});
    expect(answer).toMatchObject({
      basis: 'popular',
      text: 'You might like these products: Kettle, Spade and gadget.',
    });
    expect(answer.model).toBeUndefined();
  });

  it('are like in words what was had, then popular, without what was had', async () => {
    const ask = await start(deeds, shop);
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

  it('of a shop nobody has visited are its items; of no shop at all none', async () => {
    expect(idsOf(await (await start({}, shop))({}))).toEqual(['kettle', 'teapot', 'spade']);
    expect(await (await start({}, []))({})).toMatchObject({ items: [], text: 'There is nothing to recommend yet.' });
  });

  it('of the shared shop go by what the own users of a tenant did with its items, until it has one of its own', async () => {
    const visiting = await start(deeds, shop, 'shared', { zoe: ['kettle'] });
    const answer = await visiting({ user: 'zoe', limit: 2 }, 'guest');
    expect(answer).toMatchObject({ basis: 'user' });
    expect(idsOf(answer)).toEqual(['teapot', 'spade']);
    const settled = await start(deeds, shop, 'shared', { zoe: ['kettle', 'own-thing'], yan: ['own-thing'] });
    expect(idsOf(await settled({}, 'guest'))).toEqual(['own-thing', 'kettle']);
  });

  it('come from the shared tenant for those who have nothing, and from nobody else', async () => {
    const shared = await start(deeds, shop, 'shared');
    expect(idsOf(await shared({ limit: 1 }, 'newcomer'))).toEqual(['kettle']);
    const others = await start(deeds, shop, 'acme');
    expect(idsOf(await others({}, 'newcomer'))).toEqual([]);
  });
});
