import { recommend } from '@llmos/contracts/capabilities/recommender';
import { InMemoryEntryStore } from '../test/fixtures/in-memory-entry.store.js';
import { LetterEmbeddings } from '../test/fixtures/letter-embeddings.js';
import { DataFeed } from './data/data-feed.js';
import type { StoredInteraction } from './data/history.js';
import type { ItemEntry, StoredItem } from './ports/item-store.port.js';
import { RecommenderService } from './recommender.service.js';
import { Scorers } from './serving/scorers.js';
import type { ServedModels } from './serving/served-models.js';

const shop = [
  { id: 'kettle', title: 'Kettle', text: 'boils water', category: 'kitchen', inStock: true },
  { id: 'teapot', title: 'Teapot', text: 'holds tea and boils water', category: 'kitchen', inStock: true },
  { id: 'samovar', title: 'Samovar', text: 'boils water', category: 'kitchen', inStock: false },
  { id: 'spade', title: 'Spade', text: 'digs', category: 'garden', inStock: true },
];

/** The item that a user viewed, or another interaction. */
type Said = string | (Partial<StoredInteraction> & Pick<StoredInteraction, 'item'>);

/** A replica before its first training. */
async function start(
  itemsOf: Record<string, Said[]>,
  described: readonly StoredItem[],
  tenant = 'acme',
  guests: Record<string, Said[]> = {},
  encoder: 'ready' | 'away' = 'ready',
) {
  const [interactions, items] = [
    new InMemoryEntryStore<readonly StoredInteraction[]>(),
    new InMemoryEntryStore<ItemEntry>(),
  ];
  const putAll = async (owner: string, all: Record<string, Said[]>) => {
    for (const [user, names] of Object.entries(all)) {
      const history = names.map((said, n) => ({
        event: 'view',
        value: 1,
        atMs: n,
        ...(typeof said === 'string' ? { item: said } : said),
      }));
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
  const service = new RecommenderService(
    feed,
    models,
    new Scorers(feed, models, () => undefined),
    encoder === 'ready' ? new LetterEmbeddings() : { embed: () => Promise.reject(new Error('away')) },
  );
  const ask = async (fields: object, asked = tenant) =>
    recommend.output.parse(await service.recommend(recommend.input.parse(fields), { tenant: asked, run: 'r' }));
  return Object.assign(ask, { items });
}
const settle = () => new Promise((resolve) => setImmediate(resolve));
const idsOf = ({ items }: Awaited<ReturnType<Awaited<ReturnType<typeof start>>>>) => items.map(({ item }) => item);

describe('recommendations before the first training', () => {
  const itemsOf = { ann: ['kettle'], ben: ['kettle', 'spade'], cid: ['spade', 'kettle', 'gadget'] };

  it('are popular items, with their titles if they have one', async () => {
    const answer = await (await start(itemsOf, shop))({});
    expect(answer).toMatchObject({
      basis: 'popular',
      text: 'You might like these products: Kettle, Spade and Teapot.',
    });
    expect(answer.model).toBeUndefined();
  });

  it('are items with texts similar to the history, then popular items, without the history', async () => {
    const ask = await start(itemsOf, shop);
    const answer = await ask({ user: 'ann' });
    expect(idsOf(answer)).toEqual(['teapot', 'spade']);
    expect(answer).toMatchObject({ basis: 'user', items: [{ reason: { text: 'because you had Kettle' } }, {}] });
    expect(idsOf(await ask({ user: 'ann', inStockOnly: false, limit: 2 }))).toContain('samovar');
    expect(idsOf(await ask({ items: ['spade'], categories: ['kitchen'] }))).toEqual(['kettle', 'teapot']);
    expect(idsOf(await ask({ user: 'ann', excludeSeen: false, limit: 9 }))).toContain('kettle');
    const similar = await ask({ similarTo: 'kettle', limit: 1 });
    expect(similar).toMatchObject({ basis: 'similar', items: [{ item: 'teapot', reason: { kind: 'similar' } }] });
    expect(await ask({ similarTo: 'KETTLE', limit: 1 })).toMatchObject(similar);
    expect(idsOf(await ask({ similarTo: 'kettle', excludeSeen: false }))).toEqual(['teapot', 'spade']);
    expect(idsOf(await ask({ text: 'like the kettle', excludeSeen: false }))).toEqual(['teapot', 'spade']);
    expect(idsOf(await ask({ text: 'something for tea, no kettles' }))).not.toContain('kettle');
    expect(idsOf(await ask({ items: ['spade'], categories: ['Kitchen '] }))).toEqual(['kettle', 'teapot']);
    expect(await ask({ similarTo: 'unheard-of', limit: 1 })).toMatchObject({ basis: 'popular' });
  });

  it('are the described items for a shop without interactions, and empty without items', async () => {
    expect(idsOf(await (await start({}, shop))({}))).toEqual(['kettle', 'teapot', 'spade']);
    expect(await (await start({}, []))({})).toMatchObject({ items: [], text: 'There is nothing to recommend yet.' });
  });

  it('use the shared items and the tenant’s own interactions, and a few unknown items do not change this', async () => {
    const visiting = await start(itemsOf, shop, 'shared', { zoe: ['kettle', 'own-thing'], yan: ['own-thing'] });
    const answer = await visiting({ user: 'zoe', limit: 2 }, 'guest');
    expect(answer).toMatchObject({ basis: 'user' });
    expect(idsOf(answer)).toEqual(['teapot', 'spade']);
    expect(idsOf(await visiting({}, 'guest'))).toEqual(['kettle', 'spade', 'teapot']);
  });

  it('are the tenant’s own items without a description once most of its interactions are with these', async () => {
    const things = Array.from({ length: 10 }, (_, n) => `thing-${n}`);
    const settled = await start(itemsOf, shop, 'shared', { zoe: ['kettle', ...things], yan: ['thing-3'] });
    const list = idsOf(await settled({}, 'guest'));
    expect(list[0]).toBe('thing-3');
    expect(list).toHaveLength(10);
  });

  it('never are unknown items of a tenant that has a catalogue, however popular', async () => {
    const ask = await start({ ann: ['gadget'], ben: ['gadget'], cid: ['gadget', 'spade'] }, shop);
    for (const fields of [{}, { user: 'ann' }, { items: ['gadget'] }, { similarTo: 'gadget' }, { text: 'gadget' }])
      expect((await ask(fields)).items.map(({ title }) => title)).not.toContain(undefined);
    expect(idsOf(await ask({}))).toEqual(['spade', 'kettle', 'teapot']);
  });

  it('come from the shared tenant for a tenant without data, and from no other tenant', async () => {
    const shared = await start(itemsOf, shop, 'shared');
    expect(idsOf(await shared({ limit: 1 }, 'newcomer'))).toEqual(['kettle']);
    const others = await start(itemsOf, shop, 'acme');
    expect(idsOf(await others({}, 'newcomer'))).toEqual([]);
  });
});

describe('what users are against', () => {
  it.each([
    ['a value of 0', { value: 0 }],
    ['a return with a negative value', { event: 'return', value: -1 }],
    ['a dislike', { event: 'dislike' }],
    ['a refund', { event: 'order_refunded' }],
    ['the worst rating', { event: 'rate', value: 1 }],
  ])('is not popular by %s', async (_, said) => {
    const ask = await start(
      { ann: [{ item: 'kettle', ...said }], ben: [{ item: 'kettle', ...said }], cid: ['spade'] },
      shop,
    );
    const { items } = await ask({});
    expect(items[0]).toMatchObject({ item: 'spade', reason: { kind: 'popular' } });
    expect(items.map(({ item }) => item)).toEqual(['spade', 'teapot']);
  });

  it('counts against those who are for it', async () => {
    const like = (item: string) => ({ item, event: 'buy' });
    const returned = { item: 'kettle', event: 'return', atMs: 9 };
    const ask = await start(
      {
        ann: [like('kettle'), returned],
        ben: [like('kettle')],
        cid: [like('kettle'), like('spade')],
        dan: [like('spade')],
      },
      shop,
    );
    expect(idsOf(await ask({ limit: 2 }))).toEqual(['spade', 'kettle']);
  });

  it('is no reason any more, and is not recommended to them again', async () => {
    const bought = { item: 'kettle', event: 'buy', atMs: 1 };
    const returned = { item: 'kettle', event: 'return', atMs: 2 };
    const viewed = { item: 'kettle', atMs: 3 };
    const again = { item: 'kettle', event: 'buy', atMs: 4 };
    const ask = await start(
      { ann: [bought], ben: [bought, returned], cid: [bought, returned, viewed], dan: [bought, returned, again] },
      shop,
    );
    const kinds = async (user: string) => (await ask({ user })).items.map(({ reason }) => reason.kind);
    expect(await kinds('ann')).toContain('because');
    for (const user of ['ben', 'cid']) {
      expect(await kinds(user)).not.toContain('because');
      expect(idsOf(await ask({ user, excludeSeen: false }))).not.toContain('kettle');
    }
    expect(await ask({ user: 'ben', items: ['kettle'] })).toMatchObject({ basis: 'popular' });
    expect(await kinds('dan')).toContain('because');
  });
});

describe('a deleted item', () => {
  const remove = (id: string, wasDescribed = true) => ({ id, deleted: true, wasDescribed }) as const;

  it('is not recommended, also if the shared tenant describes it or nobody does', async () => {
    const visiting = await start({ ann: ['kettle', 'spade'] }, shop, 'shared');
    await visiting.items.put({ tenant: 'guest', id: 'kettle' }, remove('kettle', false), 0);
    await settle();
    expect(idsOf(await visiting({}, 'guest'))).toEqual(['spade', 'teapot']);
    expect(idsOf(await visiting({}, 'other'))).toContain('kettle');
    const undescribed = await start({ ann: ['a', 'b'] }, []);
    await undescribed.items.put({ tenant: 'acme', id: 'a' }, remove('a', false), 0);
    await settle();
    expect(idsOf(await undescribed({}))).toEqual(['b']);
  });

  it('leaves an empty catalogue if it was the last one, and no other tenant’s items instead', async () => {
    const ask = await start({ ann: ['kettle', 'gadget'] }, shop, 'shared', { zoe: ['gadget'] });
    await ask.items.put({ tenant: 'guest', id: 'pot' }, remove('pot'), 0);
    await settle();
    expect(await ask({}, 'guest')).toMatchObject({ items: [], text: 'There is nothing to recommend yet.' });
  });
});

describe('a wish in words', () => {
  it('finds items by their texts', async () => {
    const answer = await (await start({}, shop))({ text: 'something to dig with: it digs', limit: 1 });
    expect(answer).toMatchObject({ basis: 'wish', items: [{ item: 'spade', reason: { kind: 'wish' } }] });
    expect(answer.text).toBe('You might like these products: Spade.');
  });

  it.each(['like the Teapot', 'Something similar to a teapot, please', 'an alternative to my teapots'])(
    'finds items like the one that it names: %s',
    async (text) => {
      const answer = await (await start({}, shop))({ text, limit: 1 });
      expect(answer).toMatchObject({
        basis: 'similar',
        items: [{ item: 'kettle', reason: { text: 'similar to Teapot' } }],
      });
    },
  );

  it('is answered with popular items if nothing fits, and by words alone while the encoder is away', async () => {
    const ask = await start({ ann: ['spade'] }, shop);
    expect(await ask({ text: 'zzz', limit: 1 })).toMatchObject({ basis: 'popular', items: [{ item: 'spade' }] });
    const bare = await start({}, shop, 'acme', {}, 'away');
    expect(await bare({ text: 'digs', limit: 1 })).toMatchObject({ basis: 'wish', items: [{ item: 'spade' }] });
  });

  it('respects stock, categories and what the user is against', async () => {
    const ask = await start({ ann: [{ item: 'kettle', event: 'dislike' }] }, shop);
    const found = async (fields: object) => idsOf(await ask({ text: 'boils water', user: 'ann', ...fields }));
    expect((await found({}))[0]).toBe('teapot');
    expect(await found({ categories: ['kitchen'] })).toEqual(['teapot']);
    expect(await found({ categories: ['kitchen'], inStockOnly: false })).toEqual(['samovar', 'teapot']);
  });
});
