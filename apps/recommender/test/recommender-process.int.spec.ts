import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Bus } from '@llmos/bus';
import { baseConfig, loadConfig } from '@llmos/config';
import { loadCapabilities, type Answer, type Capability } from '@llmos/contracts';
import { MeshClient, RunRecords } from '@llmos/mesh';
import { checkInput, parsePipeline } from '@llmos/pipeline';
import {
  startNatsServer,
  startServiceProcess,
  waitFor,
  type TestNatsServer,
  type TestServiceProcess,
} from '@llmos/testing';
import { tastes } from './fixtures/replica.js';

const PIPELINES = loadConfig(baseConfig).pipelinesDir;

describe('the recommender process, called through its pipelines', () => {
  let nats: TestNatsServer;
  let service: TestServiceProcess | undefined;
  let others: TestServiceProcess[] = [];
  let bus: Bus | undefined;
  let home: string;
  let capabilities: Map<string, Capability>;

  const start = async (): Promise<void> => {
    service = await startServiceProcess({ app: 'recommender', natsUrl: nats.url, env: { LLMOS_HOME: home } });
    bus = await Bus.connect({ url: nats.url, service: 'gateway' });
  };

  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'llmos-recommender-'));
    // The models of this machine; files of the service go into the new home.
    const cache = process.env['LLMOS_HOME'] ?? join(homedir(), '.cache', 'llmos');
    await symlink(join(cache, 'models'), join(home, 'models'));
    [nats, capabilities] = await Promise.all([startNatsServer(), loadCapabilities()]);
    await start();
    // `erase_user` also deletes conversations and kept questions.
    const articles = join(home, 'articles');
    await mkdir(articles);
    const env = { LLMOS_HOME: home, LLMOS_RETRIEVAL_DOCUMENTS: articles };
    others = await Promise.all(
      ['conversation', 'retrieval'].map((app) => startServiceProcess({ app, natsUrl: nats.url, env })),
    );
  }, 240_000);

  afterAll(async () => {
    await Promise.all([service?.kill(), ...others.map((each) => each.kill())]);
    await bus?.close(200);
    await nats?.stop();
    await rm(home, { recursive: true });
  }, 120_000);

  const run = async (name: string, fields: Record<string, unknown> = {}, tenant = 'acme') => {
    const file = join(PIPELINES, `${name}.yaml`);
    const pipeline = parsePipeline(await readFile(file, 'utf8'), file, capabilities);
    const client = new MeshClient(bus!, await RunRecords.open(bus!));
    const context = { run: client.newRun(), tenant, lane: 'live', deadlineMs: Date.now() + 60_000 } as const;
    const answers: Answer[] = [];
    const request = { ...context, pipeline, input: checkInput(pipeline, fields), traceparent: undefined };
    const answer = await client.converse(request, (each) => answers.push(each), AbortSignal.timeout(60_000));
    return { answer, answers };
  };
  const completed = async (name: string, fields: Record<string, unknown> = {}, tenant = 'acme') => {
    const { answer, answers } = await run(name, fields, tenant);
    if (answer.type !== 'completed') throw new Error(`${name}: ${JSON.stringify(answer)}\n${String(service?.log())}`);
    return { ...answer, answers };
  };

  it('recommends items of the sample shop on a first call without input', async () => {
    const { result, details } = await completed('recommendation_system');
    expect(result).toMatch(/^You might like these products: .+ and .+\.$/);
    expect(details).toMatchObject({ basis: 'popular', model: 'sample' });
    expect(details['recommendations']).toHaveLength(10);
  }, 120_000);

  it('finds items similar to an item without interactions by its text', async () => {
    const { details } = await waitFor('the embeddings', async () => {
      const answer = await completed('recommendation_system', { similar_to: 'frother', limit: 3 });
      return answer.details['basis'] === 'similar' && answer;
    });
    const items = (details['recommendations'] as { item: string }[]).map(({ item }) => item);
    expect(items.some((item) => /moka|mug|beans|grinder|dripper|kettle|filters|scale-brew/.test(item))).toBe(true);
  }, 120_000);

  it('records, imports, trains, recommends with reasons, rolls back, exports and erases', async () => {
    const one = { user: 'u1', item: 'solo', event: 'buy', at: '2024-05-01T10:00:00Z' };
    expect((await completed('interaction', one)).details).toMatchObject({ accepted: 1 });
    expect((await completed('interaction', { user: 'x', item: 'y', value: 9e9 })).details).toMatchObject({
      rejected: 1,
    });
    const numbers = { user: 901, item: 902, event: 'Add To Cart', at: 1_769_862_600 };
    expect((await completed('interaction', numbers)).details).toMatchObject({ accepted: 1 });
    expect((await completed('export_user', { user_id: '901' })).details['interactions']).toEqual([
      { user: '901', item: '902', event: 'add_to_cart', value: 1, at: '2026-01-31T12:30:00.000Z' },
    ]);
    const list = await completed('record_interactions', { interactions: [one, { user: 'u2' }] });
    expect(list.details).toMatchObject({ accepted: 0, duplicates: 1, rejected: 1 });
    const csv = ['user,item,at', ...tastes(120).map(({ user, item, at }) => `${user},${item},${at}`), 'invalid'].join(
      '\n',
    );
    const imported = await completed('import_interactions', { file: Buffer.from(csv), format: 'csv' });
    expect(imported.details).toMatchObject({ rejected: 1, rejections: [{ row: tastes(120).length + 2 }] });
    expect(imported.answers.some(({ type }) => type === 'delta')).toBe(true);
    const before = await completed('recommendation_system', { user_id: 'u1', limit: 2 });
    expect(before.details['basis']).toBe('popular');
    const items = [...new Set(tastes(120).map(({ item }) => item))].map((item) => ({
      product_id: item,
      // Alike by their texts as well as by their users: similar before and after the texts are embedded.
      name: { 't1-1': 'Blue lamp', 't1-0': 'Red lamp' }[item] ?? `Thing ${item}`,
      in_stock: item === 't1-3' ? 'no' : 'yes',
    }));
    expect((await completed('upsert_items', { items })).result).toBe('Stored 48 items.');
    const trained = await completed('train_recommender', { min_interactions: 2 });
    expect(trained.details).toMatchObject({
      algorithm: 'ease',
      replaced: true,
      leftOut: expect.any(Object),
    });
    const { details } = await completed('recommendation_system', { items: ['t1-0', 't1-2'], limit: 3 });
    expect(details).toMatchObject({ basis: 'session', recommendations: [{ reason: { kind: 'because' } }, {}, {}] });
    const similar = await completed('recommendation_system', { similar_to: 't1-1', limit: 1 });
    expect(similar.details).toMatchObject({
      basis: 'similar',
      recommendations: [{ reason: { text: 'similar to Blue lamp' } }],
    });
    const listed = await completed('recommendation_system', { items: ['t1-0', 't1-2'], limit: 100 });
    const offered = (listed.details['recommendations'] as { item: string; title?: string }[]).map(({ item }) => item);
    expect(offered).toHaveLength(45);
    expect(offered).not.toContain('solo');
    expect(offered).not.toContain('t1-3');
    expect((await completed('delete_item', { id: 't1-4' })).details).toEqual({ id: 't1-4', deleted: true });
    expect((await completed('delete_item', { id: 't1-4' })).details).toEqual({ id: 't1-4', deleted: false });
    const fewer = await completed('recommendation_system', { items: ['t1-0', 't1-2'], limit: 100 });
    expect(JSON.stringify(fewer.details['recommendations'])).not.toContain('"item":"t1-4"');
    const again = await completed('train_recommender', { force: true });
    const version = trained.details['version'];
    expect((await completed('rollback_recommender')).details).toEqual({
      serving: version,
      before: again.details['version'],
    });
    expect((await completed('recommender_models')).result).toBe(version);

    const { details: kept } = await completed('export_user', { user_id: 'u1' });
    expect(kept['interactions']).toContainEqual({ ...one, value: 1, at: '2024-05-01T10:00:00.000Z' });
    const count = (kept['interactions'] as unknown[]).length;
    expect((await completed('erase_user', { user_id: 'u1' })).details).toEqual({
      user: 'u1',
      erased: count,
      conversations: 0,
      questions: 0,
    });
    expect((await completed('export_user', { user_id: 'u1' })).details['interactions']).toEqual([]);
  }, 120_000);

  it('evaluates a file by a protocol without changing stored data', async () => {
    const csv = ['user,item,at', ...tastes(120).map(({ user, item, at }) => `${user},${item},${at}`)].join('\n');
    const { details } = await completed(
      'evaluate_recommender',
      { file: Buffer.from(csv), format: 'csv', protocol: 'full' },
      'nobody',
    );
    expect(details).toMatchObject({ protocol: 'full', algorithm: 'ease', items: 48 });
    expect((await completed('recommender_models', {}, 'nobody')).details['versions']).toEqual([]);
  }, 120_000);

  it('rejects invalid input, naming the field', async () => {
    const { answer } = await run('recommendation_system', { limit: 0 });
    expect(answer).toMatchObject({
      type: 'failed',
      error: { code: 'INVALID_ARGUMENT', field: 'limit' },
    });
    expect((await run('train_recommender', {}, 'empty')).answer).toMatchObject({
      type: 'failed',
      error: { code: 'INVALID_ARGUMENT' },
    });
  }, 120_000);

  it('has all data after kill -9 of broker and service, and exits with code 0 on SIGTERM', async () => {
    const before = (await completed('recommendation_system', { items: ['t1-0', 't1-2'] })).result;
    await Promise.all([service?.kill(), bus?.close(), nats.kill()]);
    await nats.restart();
    await start();
    expect((await completed('recommendation_system', { items: ['t1-0', 't1-2'] })).result).toBe(before);
    expect(await service?.stop()).toEqual({ code: 0, signal: null });
  }, 120_000);
});
