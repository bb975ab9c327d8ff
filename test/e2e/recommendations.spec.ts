import { headers } from '@nats-io/transport-node';
import { waitFor } from '@llmos/testing';
import { readEvents, startHouse, type House } from './house.js';

const MINUTE_MS = 60_000;

interface Recommendation {
  readonly item: string;
  readonly title?: string;
  readonly score: number;
  readonly reason: { readonly kind: string; readonly items: readonly { item: string }[]; readonly text: string };
}

/** People who like tea and people who like bicycles, thirty of each, with a time for each thing they did. */
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

describe('recommendations, whole', () => {
  let house: House;
  beforeAll(async () => {
    house = await startHouse();
  }, 3 * MINUTE_MS);
  afterAll(() => house.stop(), MINUTE_MS);

  const recommend = async (fields: object) => {
    const { status, body } = await house.post('/v1/recommendations', fields);
    return { status, ...(body as unknown as { recommendations: Recommendation[]; basis: string; model?: string }) };
  };
  const importCsv = async (csv: string) => {
    const response = await fetch(`${house.url}/v1/interactions`, {
      method: 'POST',
      headers: { 'content-type': 'text/csv', accept: 'text/event-stream' },
      body: csv,
    });
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const events = await readEvents(response);
    expect(events.at(-1)).toMatchObject({ event: 'completed' });
    return events.at(-1)!.data['details'] as Record<string, unknown>;
  };
  const run = async (name: string, fields: object = {}) => {
    const { status, body } = await house.post('/serving/process', { name, ...fields });
    expect({ name, status }).toEqual({ name, status: 200 });
    return body.details!;
  };

  it('answers with popular products of the sample shop when it is called with its name alone', async () => {
    const { status, body } = await house.post('/serving/process', '{"name":"recommendation_system"}');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: 'success',
      result: expect.stringMatching(/^You might like these products: \S/) as string,
      details: { basis: 'popular' },
    });
  });

  it('takes a poisoned file: the good rows count, the others are named with their line', async () => {
    const lines = twoTastes().split('\n');
    lines.splice(3, 0, 'somebody,,buy,2026-01-01T10:00:00Z', 'x,y,buy,not-a-time', '"broken');
    // A quote that is never closed eats what follows, up to the end: it comes last.
    const broken = lines.splice(5, 1);
    const details = await importCsv([...lines, ...broken].join('\n'));
    expect(details).toMatchObject({ accepted: expect.any(Number) as number });
    expect(details['accepted']).toBeGreaterThan(400);
    expect(details['rejected']).toBeGreaterThanOrEqual(2);
    const rows = (details['rejections'] as { row: number; reason: string }[]).map(({ row }) => row);
    expect(rows).toEqual(expect.arrayContaining([4, 5]));
    const again = await importCsv(twoTastes());
    expect(again).toMatchObject({ accepted: 0 });
  });

  it(
    'learns in a run of its own, serves what it learnt, and goes back on command',
    async () => {
      const first = await run('train_recommender', { force: true });
      expect(first).toMatchObject({ replaced: true, algorithm: 'ease' });
      const tea = await recommend({ items: ['tea-1', 'tea-4'], limit: 5 });
      expect(tea).toMatchObject({ status: 200, basis: 'session', model: first['version'] });
      expect(tea.recommendations.slice(0, 3).every(({ item }) => item.startsWith('tea-'))).toBe(true);
      expect(tea.recommendations[0]!.reason).toMatchObject({ kind: 'because' });
      const second = await run('train_recommender', { force: true, algorithm: 'ials' });
      expect((await recommend({ items: ['tea-1'] })).model).toBe(second['version']);
      await run('rollback_recommender');
      await waitFor(
        'the model before to be served',
        async () => (await recommend({ items: ['tea-1'] })).model === first['version'],
      );
    },
    MINUTE_MS,
  );

  it('counts a new interaction from the next request on, over HTTP and as an event', async () => {
    const stranger = await recommend({ user_id: 'newcomer' });
    expect(stranger.basis).toBe('popular');
    const recorded = await house.post('/v1/interactions', { user: 'newcomer', item: 'bike-2', event: 'buy' });
    expect(recorded).toMatchObject({ status: 200, body: { accepted: 1 } });
    const known = await recommend({ user_id: 'newcomer', limit: 3 });
    expect(known.basis).toBe('user');
    expect(known.recommendations.every(({ item }) => item.startsWith('bike-') && item !== 'bike-2')).toBe(true);
    const nats = await house.connectAs('default');
    const head = headers();
    const attributes = { specversion: '1.0', id: 'e1', source: 'shop', type: 'shop.interaction' };
    for (const [name, value] of Object.entries(attributes)) head.set(`ce-${name}`, value);
    head.set('content-type', 'application/json');
    nats.publish('llmos.in.default.interaction', JSON.stringify({ user: 'by-event', item: 'tea-3' }), {
      headers: head,
    });
    await waitFor('the event to count', async () => (await recommend({ user_id: 'by-event' })).basis === 'user');
    await nats.close();
  });

  it('filters, and gives items like one', async () => {
    const { recommendations, basis } = await recommend({ similar_to: 'tea-1', limit: 4 });
    expect(basis).toBe('similar');
    expect(recommendations.map(({ item }) => item)).not.toContain('tea-1');
    const items = [{ id: 'tea-new', title: 'Smoky tea', text: 'A black tea, smoked over pine.', category: 'tea' }];
    expect((await house.post('/v1/items', { items })).status).toBe(200);
    const filtered = await recommend({ items: ['tea-1'], categories: ['tea'], limit: 5 });
    expect(filtered.recommendations.map(({ item }) => item)).toEqual(['tea-new']);
  });

  it('tells a user everything that is kept of them, and forgets them', async () => {
    const user = `${house.url}/v1/users/${encodeURIComponent('newcomer')}`;
    const kept = (await (await fetch(user)).json()) as { interactions: { item: string }[] };
    expect(kept.interactions.map(({ item }) => item)).toEqual(['bike-2']);
    expect(await (await fetch(user, { method: 'DELETE' })).json()).toMatchObject({ erased: 1 });
    expect(((await (await fetch(user)).json()) as { interactions: unknown[] }).interactions).toEqual([]);
    expect((await recommend({ user_id: 'newcomer' })).basis).toBe('popular');
  });

  it.each([
    ['an unknown field', '/v1/recommendations', { colour: 'red' }, 'colour'],
    ['a limit that is no number', '/v1/recommendations', { limit: 'many' }, 'limit'],
    ['a limit out of bounds', '/v1/recommendations', { limit: 1_000_000 }, 'limit'],
    ['no item', '/v1/interactions', { user: 'u' }, 'interactions.0'],
    ['an empty list', '/v1/interactions', [], 'interactions'],
    ['rows that are no list', '/v1/interactions', { interactions: 'all' }, 'interactions'],
  ])('refuses %s with a 4xx that names the field', async (_, path, body, field) => {
    const answer = await house.post(path, body);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.body.error?.field).toContain(field);
  });
});
