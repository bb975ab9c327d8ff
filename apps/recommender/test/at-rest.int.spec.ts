import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newRunId } from '@llmos/contracts';
import { recommend, train } from '@llmos/contracts/capabilities/recommender';
import { Bus } from '@llmos/mesh';
import { AtRest, TenantKeys } from '@llmos/vault';
import { newMasterKeyPem, RsaKeyService } from '@llmos/privacy';
import { filesHolding, startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { taskOf, collecting, startReplica, tastes, type Replica } from './fixtures/replica.js';

const rows = (values: readonly unknown[]) => values.map((value, row) => ({ row, value }));
const USER = 'CANARY-USER';
const ITEM = 'CANARY-ITEM';
const TITLE = 'CANARY-TITLE';
const CANARIES = [USER, ITEM, TITLE, Buffer.from(USER).toString('base64url')];

describe('the stored data of the recommender', () => {
  let nats: TestNatsServer;
  let home: string;
  let master: RsaKeyService;
  let keys: TenantKeys;
  let bus: Bus;
  const replicas: Replica[] = [];
  const opened = (encrypts: boolean) => async (its: Bus) =>
    new AtRest(await TenantKeys.open(its, { openMaster: () => Promise.resolve(master) }), encrypts);
  const replica = async (encrypts = true): Promise<Replica> => {
    const started = await startReplica({ url: nats.url, home, openKeys: opened(encrypts) });
    replicas.push(started);
    return started;
  };
  /** As `taskOf`, but the run began now. */
  const now = (tenant: string) => collecting({ ...taskOf(tenant, 1), run: newRunId() });
  const held = async () => {
    const found = await Promise.all(
      CANARIES.map(async (text) => ((await filesHolding(nats.pid, text)).length ? text : '')),
    );
    return found.filter((text) => text !== '');
  };

  async function fill(each: Replica, tenant: string): Promise<void> {
    const interactions = [
      ...tastes(40),
      { user: USER, item: ITEM },
      { user: 'u1', item: ITEM },
      { user: 'u2', item: ITEM },
    ];
    await each.interactions.record(rows(interactions), now(tenant));
    await each.items.upsert([{ id: ITEM, title: TITLE, text: '', inStock: true }], now(tenant));
  }

  beforeAll(async () => {
    [nats, home] = await Promise.all([startNatsServer(), mkdtemp(join(tmpdir(), 'llmos-recommender-'))]);
    master = RsaKeyService.fromPem(await newMasterKeyPem());
    bus = await Bus.connect({ url: nats.url, service: 'test' });
    keys = await TenantKeys.open(bus, { openMaster: () => Promise.resolve(master) });
  }, 60_000);
  afterAll(async () => {
    await Promise.all(replicas.map((each) => each.stop()));
    await bus.close(200);
    await nats.stop();
    await rm(home, { recursive: true });
  }, 30_000);

  it('is sealed, including model files, and is removed from replicas and disk with the tenant’s keys', async () => {
    const [one, other] = [await replica(), await replica()];
    await fill(one, 'acme');
    await fill(one, 'stays');
    const settings = train.input.parse({ min_item_interactions: 1, min_user_interactions: 1 });
    for (const tenant of ['acme', 'stays']) {
      const { version } = await one.training.train(settings, now(tenant));
      await waitFor('the other replica', () => other.models.get(tenant)?.version === version);
    }
    await waitFor('the vectors', () => one.vectors.pending === 0);
    // The keys of entries contain the ids of users and items as base64url.
    expect(await held()).toEqual([CANARIES[3]]);

    await keys.shred('acme');
    for (const each of [one, other]) {
      await waitFor('the replica to forget', () => each.recommender.stats({}, now('acme')).users === 0);
      await waitFor('its model to be closed', () => each.models.get('acme') === undefined);
      expect((await each.recommender.recommend(recommend.input.parse({ k: 5 }), now('acme'))).items).toEqual([]);
      expect(each.recommender.stats({ item: ITEM }, now('stays'))).toMatchObject({ users: 41, usersOfItem: 3 });
    }
    await waitFor(
      'its files to be removed',
      async () => (await readdir(join(home, 'recommender', 'acme'))).length === 0,
    );
    expect((await readdir(join(home, 'recommender', 'stays'))).length).toBe(1);
    const objects = bus.objects('recommender-model-files');
    const ownersOf = async () => new Set((await objects.names()).map((name) => name.split('.')[0]));
    await waitFor('its objects to be removed', async () => !(await ownersOf()).has('acme'));
    await keys.shred('stays');
    await waitFor('the keys of its entries to be removed', async () => (await held()).length === 0, 20_000);

    expect(await one.interactions.exportUser(USER, now('acme'))).toEqual([]);
    await fill(other, 'acme');
    await waitFor('the data that was stored later', () => one.recommender.stats({}, now('acme')).users === 41);
    const fresh = await replica();
    expect(fresh.recommender.stats({}, now('acme')).users).toBe(41);
    expect([...one.problems, ...other.problems, ...fresh.problems]).toEqual([]);
    await keys.shred('acme');
    await waitFor('the keys of its entries to be removed again', async () => (await held()).length === 0, 20_000);
  }, 60_000);

  it('can be read if it was stored before encryption, and is removed with the tenant’s keys too', async () => {
    const plain = await replica(false);
    await fill(plain, 'old');
    expect(await held()).toEqual(CANARIES);
    const sealing = await replica();
    expect(await sealing.interactions.exportUser(USER, now('old'))).toMatchObject([{ item: ITEM }]);
    await sealing.interactions.record(rows([{ user: USER, item: 'kettle' }]), now('old'));
    expect(await plain.interactions.exportUser(USER, now('old'))).toHaveLength(2);
    await keys.shred('old');
    await waitFor('every byte to be wiped', async () => (await held()).length === 0, 20_000);
    await waitFor('the replica to forget', () => plain.recommender.stats({}, now('old')).users === 0);
    expect((await replica()).recommender.stats({}, now('old')).users).toBe(0);
  }, 40_000);

  it('does not include a model whose training data was destroyed during the training', async () => {
    const one = await replica();
    await fill(one, 'racing');
    const task = now('racing');
    await keys.shred('racing');
    await fill(one, 'racing');
    const settings = train.input.parse({});
    await expect(one.training.train(settings, task)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await one.training.train(settings, now('racing'))).version).toBeDefined();
  }, 40_000);
});

interface Figures {
  readonly writing: number;
  readonly start: number;
  readonly asking: number;
  readonly training: number;
}

describe('the cost of sealing the data of the recommender', () => {
  it('is measured and printed', async () => {
    const users = 1_000;
    const interactions = Array.from({ length: users * 20 }, (_, n) => ({ user: `u${n % users}`, item: `i${n % 997}` }));
    const master = RsaKeyService.fromPem(await newMasterKeyPem());
    const openKeys = async (bus: Bus) =>
      new AtRest(await TenantKeys.open(bus, { openMaster: () => Promise.resolve(master) }), true);
    async function measure(sealed: boolean): Promise<Figures> {
      const [nats, home] = await Promise.all([startNatsServer(), mkdtemp(join(tmpdir(), 'llmos-recommender-'))]);
      const options = { url: nats.url, home, ...(sealed ? { openKeys } : {}) };
      const timed = async <T>(work: () => Promise<T>): Promise<[number, T]> => {
        const startedMs = performance.now();
        const result = await work();
        return [performance.now() - startedMs, result];
      };
      const first = await startReplica(options);
      const [writing] = await timed(() => first.interactions.record(rows(interactions), taskOf('acme', 1)));
      await first.stop();
      const [start, second] = await timed(() => startReplica(options));
      expect(second.recommender.stats({}, taskOf('acme', 1)).users).toBe(users);
      const ask = (n: number) =>
        second.recommender.recommend(recommend.input.parse({ k: 10, user: `u${n % users}` }), taskOf('acme', n));
      await ask(0);
      const [asking] = await timed(async () => {
        for (let n = 0; n < 10_000; n++) await ask(n);
      });
      const [training] = await timed(() => second.training.train(train.input.parse({}), collecting(taskOf('acme', 2))));
      await second.stop();
      await nats.stop();
      await rm(home, { recursive: true });
      return { writing, start, asking, training };
    }
    await measure(false);
    const rounds: { plain: Figures; sealed: Figures }[] = [];
    // The load of the machine varies: alternate the two, and use the best of each.
    for (let round = 0; round < 3; round++) rounds.push({ sealed: await measure(true), plain: await measure(false) });
    const best = (which: 'plain' | 'sealed', what: keyof Figures) =>
      Math.min(...rounds.map((round) => round[which][what]));
    const ratios = (['writing', 'start', 'asking', 'training'] as const).map((what) => {
      const [plain, sealed] = [best('plain', what), best('sealed', what)];
      return `${what} ${(sealed / plain).toFixed(2)} (${plain.toFixed(0)} → ${sealed.toFixed(0)} ms)`;
    });
    console.log(
      `the best of three, sealed against plain, ${users} users, ${interactions.length} interactions: ${ratios.join(', ')}`,
    );
  }, 120_000);
});
