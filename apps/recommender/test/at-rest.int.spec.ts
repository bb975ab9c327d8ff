import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newRunId } from '@llmos/contracts';
import { recommend } from '@llmos/contracts/capabilities/recommender';
import { train } from '@llmos/contracts/capabilities/recommender-training';
import { Bus } from '@llmos/mesh';
import { AtRest, TenantKeys } from '@llmos/vault';
import { newMasterKeyPem, RsaKeyService } from '@llmos/privacy';
import { filesHolding, startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { collecting, rows, startReplica, taskOf, tastes, type Replica } from './fixtures/replica.js';

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
  }, 120_000);
  afterAll(async () => {
    await Promise.all(replicas.map((each) => each.stop()));
    await bus.close(200);
    await nats.stop();
    await rm(home, { recursive: true });
  }, 120_000);

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
    await waitFor('the keys of its entries to be removed', async () => (await held()).length === 0);

    expect(await one.interactions.exportUser(USER, now('acme'))).toEqual([]);
    await fill(other, 'acme');
    await waitFor('the data that was stored later', () => one.recommender.stats({}, now('acme')).users === 41);
    const fresh = await replica();
    expect(fresh.recommender.stats({}, now('acme')).users).toBe(41);
    expect([...one.problems, ...other.problems, ...fresh.problems]).toEqual([]);
    await keys.shred('acme');
    await waitFor('the keys of its entries to be removed again', async () => (await held()).length === 0);
  }, 120_000);

  it('can be read if it was stored before encryption, and is removed with the tenant’s keys too', async () => {
    const plain = await replica(false);
    await fill(plain, 'old');
    expect(await held()).toEqual(CANARIES);
    const sealing = await replica();
    expect(await sealing.interactions.exportUser(USER, now('old'))).toMatchObject([{ item: ITEM }]);
    await sealing.interactions.record(rows([{ user: USER, item: 'kettle' }]), now('old'));
    expect(await plain.interactions.exportUser(USER, now('old'))).toHaveLength(2);
    await keys.shred('old');
    await waitFor('every byte to be wiped', async () => (await held()).length === 0);
    await waitFor('the replica to forget', () => plain.recommender.stats({}, now('old')).users === 0);
    expect((await replica()).recommender.stats({}, now('old')).users).toBe(0);
  }, 120_000);

  it('does not include a model whose training data was destroyed during the training', async () => {
    const one = await replica();
    await fill(one, 'racing');
    const task = now('racing');
    await keys.shred('racing');
    await fill(one, 'racing');
    const settings = train.input.parse({});
    await expect(one.training.train(settings, task)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await one.training.train(settings, now('racing'))).version).toBeDefined();
  }, 120_000);
});
