import { waitFor } from '@llmos/testing';
import type { SupervisedSystem } from '../supervised-system.js';
import { publishEvent, type Shop, type Shops } from './shop.js';

const MINUTE_MS = 60_000;

/** Users with many items each: training iALS with many factors on these takes minutes. */
function wideShop(): string {
  const rows = Array.from({ length: 20_000 }, (_, n) => `globex-user-${n % 200},globex-item-${(n * 7_919) % 2_003}`);
  return ['user,item', ...rows].join('\n');
}

/** Trainings in runs of their own, and the data of several tenants beside each other. */
export function trainingSuite(running: () => Shops): void {
  let system: SupervisedSystem;
  let shop: Shop;
  let globex: Shop;
  let guest: Shop;
  beforeAll(() => {
    ({ system, shop, globex, guest } = running());
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
    expect(system.readLog()).not.toContain('globex-canary');
    const metrics = await Promise.all(
      system.instance.state.read()!.services.map(async ({ url }) => (await fetch(`${url}/metrics`)).text()),
    );
    expect(metrics.join('')).not.toContain('globex-canary');
  });

  it(
    'trains by an event and by a schedule, each time in a new run',
    async () => {
      const nats = await system.connectAs('default-operator');
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
}
