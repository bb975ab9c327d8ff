import { readFileSync } from 'node:fs';
import { headers, type NatsConnection } from '@nats-io/transport-node';
import { waitFor } from '@llmos/testing';
import { startInstance, type Instance } from './instance.js';
import { Shop } from './shop.js';

const MINUTE_MS = 60_000;
const KEYS = 'key-of-default:default:operator,key-of-globex:globex:operator,key-of-guest:guest:operator';
const linesOf = <T>(file: string): T[] =>
  readFileSync(`deploy/samples/shop/${file}`, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);
const PRODUCTS = new Map(
  linesOf<{ id: string; category: string; inStock: boolean }>('products.jsonl').map((item) => [item.id, item]),
);
const categoriesOf = (items: readonly string[]) => items.map((item) => PRODUCTS.get(item)?.category);

/** Thirty users who buy tea and thirty who buy bicycles, with a time for each interaction. */
function twoTastes(): string {
  const rows = ['user,item,event,at'];
  for (let user = 0; user < 60; user++) {
    const taste = user % 2 === 0 ? 'tea' : 'bike';
    for (let step = 0; step < 8; step++) {
      const item = `${taste}-${(user * 3 + step * (1 + (user % 3))) % 12}`;
      rows.push(`${taste}-lover-${user},${item},buy,2026-01-${String(1 + step).padStart(2, '0')}T10:00:00Z`);
    }
  }
  return rows.join('\n');
}

/** Users with many items each: training iALS with many factors on these takes minutes. */
function wideShop(): string {
  const rows = Array.from({ length: 20_000 }, (_, n) => `globex-user-${n % 200},globex-item-${(n * 7_919) % 2_003}`);
  return ['user,item', ...rows].join('\n');
}

async function publishEvent(nats: NatsConnection, subject: string, id: string, data: object): Promise<void> {
  const head = headers();
  const attributes = { specversion: '1.0', id, source: 'shop', type: 'shop.event' };
  for (const [name, value] of Object.entries(attributes)) head.set(`ce-${name}`, value);
  head.set('content-type', 'application/json');
  nats.publish(subject, JSON.stringify(data), { headers: head });
  await nats.flush();
}

describe('The recommender of a running instance', () => {
  let instance: Instance;
  let shop: Shop;
  /** Another tenant, with its own data. */
  let globex: Shop;
  /** A tenant without data, which gets the sample shop. */
  let guest: Shop;
  beforeAll(async () => {
    instance = await startInstance({ LLMOS_API_KEYS: KEYS, LLMOS_SCHEDULE_MIN_SECONDS: '1' });
    [shop, globex, guest] = ['default', 'globex', 'guest'].map((name) => new Shop(instance, `key-of-${name}`)) as [
      Shop,
      Shop,
      Shop,
    ];
  }, 10 * MINUTE_MS);
  afterAll(() => instance.stop(), 3 * MINUTE_MS);

  it('answers a request without input with popular products of the sample shop', async () => {
    const { status, body } = await shop.request('POST', '/serving/process', { name: 'recommendation_system' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'success',
      result: expect.stringMatching(/^You might like these products: \S/) as string,
      details: { basis: 'popular' },
    });
  });

  it('imports the valid rows of a file and reports the others with their line', async () => {
    const lines = twoTastes().split('\n');
    lines.splice(3, 0, 'somebody,,buy,2026-01-01T10:00:00Z', 'x,y,buy,not-a-time', '"broken');
    // An unclosed quote swallows the rest of the file, so it is the last row.
    const broken = lines.splice(5, 1);
    const details = await shop.importCsv([...lines, ...broken].join('\n'));
    expect(details).toMatchObject({ accepted: expect.any(Number) as number });
    expect(details['accepted']).toBeGreaterThan(400);
    expect(details['rejected']).toBeGreaterThanOrEqual(2);
    const rows = (details['rejections'] as { row: number; reason: string }[]).map(({ row }) => row);
    expect(rows).toEqual(expect.arrayContaining([4, 5]));
    const again = await shop.importCsv(twoTastes());
    expect(again).toMatchObject({ accepted: 0 });
  });

  it(
    'trains in a run, serves the new model, and serves the previous one after a rollback',
    async () => {
      const first = await shop.run('train_recommender', { force: true });
      expect(first).toMatchObject({ replaced: true, algorithm: 'ease' });
      const tea = await shop.recommend({ items: ['tea-1', 'tea-4'], limit: 5 });
      expect(tea).toMatchObject({ status: 200, basis: 'session', model: first['version'] });
      expect(tea.recommendations.slice(0, 3).every(({ item }) => item.startsWith('tea-'))).toBe(true);
      expect(tea.recommendations[0]!.reason).toMatchObject({ kind: 'because' });
      const second = await shop.run('train_recommender', { force: true, algorithm: 'ials' });
      expect((await shop.recommend({ items: ['tea-1'] })).model).toBe(second['version']);
      await shop.run('rollback_recommender');
      await waitFor(
        'the previous model to be served',
        async () => (await shop.recommend({ items: ['tea-1'] })).model === first['version'],
      );
    },
    8 * MINUTE_MS,
  );

  it('uses a new interaction from the next request on, over HTTP and as an event', async () => {
    const unknown = await shop.recommend({ user_id: 'newcomer' });
    expect(unknown.basis).toBe('popular');
    const recorded = await shop.request('POST', '/v1/interactions', { user: 'newcomer', item: 'bike-2', event: 'buy' });
    expect(recorded).toMatchObject({ status: 200, body: { accepted: 1 } });
    const known = await shop.recommend({ user_id: 'newcomer', limit: 3 });
    expect(known.basis).toBe('user');
    expect(known.recommendations.every(({ item }) => item.startsWith('bike-') && item !== 'bike-2')).toBe(true);
    const nats = await instance.connectAs('default');
    await publishEvent(nats, 'llmos.in.default.interaction', 'e1', { user: 'by-event', item: 'tea-3' });
    await waitFor('the event to count', async () => (await shop.recommend({ user_id: 'by-event' })).basis === 'user');
    await nats.close();
  });

  it('recommends items similar to one item, and filters by category', async () => {
    const { recommendations, basis } = await shop.recommend({ similar_to: 'tea-1', limit: 4 });
    expect(basis).toBe('similar');
    expect(recommendations.map(({ item }) => item)).not.toContain('tea-1');
    const items = [{ id: 'tea-new', title: 'Smoky tea', text: 'A black tea, smoked over pine.', category: 'tea' }];
    expect((await shop.request('POST', '/v1/items', { items })).status).toBe(200);
    const filtered = await shop.recommend({ items: ['tea-1'], categories: ['tea'], limit: 5 });
    expect(filtered.recommendations.map(({ item }) => item)).toEqual(['tea-new']);
  });

  it('exports all data of a user, and erases it', async () => {
    const user = (method: string) => shop.request(method, '/v1/users/newcomer');
    expect((await user('GET')).body['interactions']).toMatchObject([{ item: 'bike-2' }]);
    expect((await user('DELETE')).body).toMatchObject({ erased: 1 });
    expect((await user('GET')).body['interactions']).toEqual([]);
    expect((await shop.recommend({ user_id: 'newcomer' })).basis).toBe('popular');
  });

  it.each([
    ['an unknown field', '/v1/recommendations', { colour: 'red' }, 'colour'],
    ['a limit that is not a number', '/v1/recommendations', { limit: 'many' }, 'limit'],
    ['a limit out of bounds', '/v1/recommendations', { limit: 1_000_000 }, 'limit'],
    ['no item', '/v1/interactions', { user: 'u' }, 'item'],
    ['nothing but rubbish', '/v1/interactions', [{ foo: 1 }, 'x', null], '0.user'],
    ['an item without a title', '/v1/items', [{ id: 'a', title: 'A' }, { sku: 'b' }], '1.title'],
    ['an empty list', '/v1/interactions', [], 'body'],
    ['rows that are not a list', '/v1/interactions', { interactions: 'all' }, 'interactions'],
  ])('refuses %s with a 4xx that names the field', async (_, path, body, field) => {
    const answer = await shop.request('POST', path, body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.body['error']).toMatchObject({ field: expect.stringContaining(field) as string });
  });

  it.each([
    ['text/csv', 'u1,j1,buy\nu2,j2,buy\n', 'file'],
    ['text/csv', 'rubbish', 'file'],
    ['text/csv', 'user,item,at\nu1,j1,soon\n', 'interactions.2.at'],
    ['application/x-ndjson', 'rubbish\n', 'interactions.1'],
  ])('refuses as a whole the %s file %j', async (type, file, field) => {
    const { status, body } = await shop.send('/v1/interactions', file, type);
    expect({ status, body }).toMatchObject({ status: 400, body: { error: { field } } });
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

  it(
    'cancels a training, keeps the previous model, and starts the next training at once',
    async () => {
      await globex.importCsv(wideShop());
      const quick = { algorithm: 'ials', factors: 4, sweeps: 1, force: true };
      const { version: first } = await globex.run('train_recommender', quick);
      const slow = { name: 'train_recommender', algorithm: 'ials', factors: 256, sweeps: 200 };
      const run = String((await globex.request('POST', '/v1/runs', slow)).body['run_id']);
      let streamed = '';
      for await (const text of globex.follow(run)) {
        const isUnderWay = streamed.includes('sweeping');
        streamed += text;
        if (!isUnderWay && streamed.includes('sweeping')) await globex.request('DELETE', `/v1/runs/${run}`);
      }
      expect(streamed).toContain('event: cancelled');
      expect((await globex.request('GET', `/v1/runs/${run}`)).body).toMatchObject({ status: 'cancelled' });
      expect(await globex.run('recommender_models')).toMatchObject({ serving: first, versions: [{ version: first }] });
      expect((await globex.recommend({ items: ['globex-item-1'] })).model).toBe(first);
      const { version: second } = await globex.run('train_recommender', quick);
      expect(await globex.run('rollback_recommender')).toMatchObject({ serving: first, before: second });
      const { version: third } = await globex.run('train_recommender', quick);
      expect((await globex.recommend({ items: ['globex-item-1'] })).model).toBe(third);
      expect(await globex.run('rollback_recommender')).toMatchObject({ serving: first, before: third });
    },
    8 * MINUTE_MS,
  );

  it('never shows a tenant the data of another', async () => {
    const interactions = ['globex-canary-item', 'globex-item-1'].map((item) => ({ user: 'globex-canary', item }));
    const items = [{ id: 'globex-canary-item', title: 'globex-canary-title', text: 'Smoky tea.', category: 'tea' }];
    const examples = ['good', 'bad'].flatMap((label) =>
      Array.from({ length: 8 }, (_, n) => ({ text: `This is ${label} in ${n} ways.`, label: `globex-${label}` })),
    );
    expect((await globex.request('POST', '/v1/interactions', interactions)).status).toBe(200);
    expect((await globex.request('POST', '/v1/items', { items })).status).toBe(200);
    await globex.run('train_classifier', { classifier: 'canary', examples });
    const schedule = { pipeline: 'train_recommender', every: '24h' };
    expect((await globex.request('PUT', '/v1/schedules/globex-canary', schedule)).status).toBe(200);
    const { run_id: run } = (await globex.request('POST', '/v1/runs', { name: 'recommender_models' })).body;
    const { serving } = await globex.run('recommender_models');
    expect((await globex.recommend({ user_id: 'globex-canary' })).basis).toBe('user');

    for (const other of [shop, guest]) {
      const questions = [
        { user_id: 'globex-canary', limit: 100 },
        { items: ['globex-canary-item', 'globex-item-1'], exclude_seen: false, limit: 100, exploration: 1 },
        { similar_to: 'globex-canary-item', limit: 100 },
        { categories: ['tea'], limit: 100, diversity: 1 },
      ];
      const seen = await Promise.all([
        ...questions.map((question) => other.request('POST', '/v1/recommendations', question)),
        other.request('GET', '/v1/users/globex-canary'),
        other.request('GET', '/v1/schedules'),
        other.request('POST', '/serving/process', { name: 'recommender_models' }),
        other.request('GET', `/v1/runs/${String(run)}`),
        other.request('DELETE', `/v1/runs/${String(run)}`),
        other.request('POST', '/serving/process', { name: 'rollback_recommender', version: serving }),
        other.request('POST', '/serving/process', { name: 'classify_text', text: 'good', classifier: 'canary' }),
        other.request('DELETE', '/v1/users/globex-canary'),
        other.request('DELETE', '/v1/schedules/globex-canary'),
      ]);
      const text = seen.map(({ body }) => JSON.stringify({ ...body, user: '', name: '' })).join('\n');
      expect(text.match(/globex\S*/g)).toBeNull();
      expect(seen.slice(-6).map(({ status }) => status)).toEqual([404, 404, 404, 404, 200, 200]);
      expect(seen.at(-2)!.body).toMatchObject({ erased: 0 });
      expect(seen.at(-1)!.body).toMatchObject({ deleted: false });
    }
    expect((await globex.request('GET', '/v1/users/globex-canary')).body['interactions']).toHaveLength(2);
    expect((await globex.request('DELETE', '/v1/schedules/globex-canary')).body).toMatchObject({ deleted: true });
    expect(instance.log()).not.toContain('globex-canary');
    const metrics = await Promise.all(
      instance.state().services.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
    );
    expect(metrics.join('')).not.toContain('globex-canary');
  });

  it(
    'trains by an event and by a schedule, each time in a new run',
    async () => {
      const nats = await instance.connectAs('default-operator');
      const results: Record<string, unknown>[] = [];
      nats.subscribe('llmos.out.default.train_recommender', {
        callback: (_, message) => {
          const result = message.json<Record<string, unknown>>();
          // A busy machine trains for longer than a second: then what comes too soon is refused.
          if (result['type'] === 'completed' || results.length === 0) results.push(result);
        },
      });
      await publishEvent(nats, 'llmos.in.~operator.default.train_recommender', 'train-1', { force: true });
      await waitFor('the result of the event', () => results.length > 0, MINUTE_MS);
      expect(results[0]).toMatchObject({ type: 'completed', details: { replaced: true } });
      const { version } = results[0]!['details'] as { version: string };
      expect((await shop.recommend({ items: ['tea-1'] })).model).toBe(version);

      const schedule = { pipeline: 'train_recommender', every: '1s', input: { force: true } };
      expect((await shop.request('PUT', '/v1/schedules/often', schedule)).status).toBe(200);
      await waitFor('two more results', () => results.length > 2, MINUTE_MS);
      await shop.request('DELETE', '/v1/schedules/often');
      const versions = results.map(({ details }) => (details as { version: string }).version);
      expect(new Set(versions).size).toBe(versions.length);
      for (const run of versions)
        expect((await shop.request('GET', `/v1/runs/${run}`)).body).toMatchObject({
          lane: 'durable',
          pipeline: 'train_recommender',
          status: 'completed',
        });
      const { versions: kept } = await shop.run('recommender_models');
      expect((kept as { version: string }[]).map((each) => each.version)).toEqual(expect.arrayContaining(versions));
      await nats.close();
    },
    5 * MINUTE_MS,
  );
});
