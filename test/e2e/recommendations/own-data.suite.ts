import { waitFor } from '@llmos/testing';
import type { SupervisedSystem } from '../supervised-system.js';
import { publishEvent, type Shop, type Shops } from './shop.js';

const MINUTE_MS = 60_000;

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

/** A tenant's own interactions and items: how they come in, count, are trained on and leave. */
export function ownDataSuite(running: () => Shops): void {
  let system: SupervisedSystem;
  let shop: Shop;
  beforeAll(() => {
    ({ system, shop } = running());
  });

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
    const nats = await system.connectAs('default');
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
}
