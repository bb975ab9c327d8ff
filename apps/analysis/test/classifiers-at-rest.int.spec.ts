import { BUCKETS, newRunId } from '@llmos/contracts';
import { Bus } from '@llmos/mesh';
import { newMasterKeyPem, RsaKeyService } from '@llmos/privacy';
import { filesHolding, startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { AtRest, SealedBucket, TenantKeys } from '@llmos/vault';
import { ClassifierRegistry } from '../src/classifiers/classifier-registry.js';
import { trainFewShot } from '../src/classifiers/few-shot-classifier.js';

const LABEL = 'CANARY-LABEL';
const trained = trainFewShot(
  Array.from({ length: 16 }, (_, at) => ({
    label: at % 2 ? LABEL : 'other',
    vector: Float32Array.of(at % 2 ? 1 : -1, Math.sin(at)),
  })),
).classifier;

describe('stored classifiers', () => {
  let nats: TestNatsServer;
  let master: RsaKeyService;
  const buses: Bus[] = [];
  const unreadable: string[] = [];

  async function replica(encrypts = true) {
    const bus = await Bus.connect({ url: nats.url, service: 'analysis-test' });
    buses.push(bus);
    const keys = await TenantKeys.open(bus, { openMaster: () => Promise.resolve(master) });
    const atRest = new AtRest(keys, encrypts);
    const classifiers = await ClassifierRegistry.open(bus, atRest, (key) => unreadable.push(key));
    await classifiers.start();
    const isServed = (tenant: string): boolean => {
      try {
        return classifiers.get({ tenant, name: 'tickets' }).labels.includes(LABEL);
      } catch {
        return false;
      }
    };
    const add = (tenant: string) =>
      classifiers.add(tenant, trained, {
        ...{ name: 'tickets', version: newRunId(), labels: [...trained.labels] },
        ...{ examples: 16, accuracy: 1, seconds: 0 },
      });
    return { bus, keys, atRest, isServed, add };
  }

  beforeAll(async () => {
    nats = await startNatsServer();
    master = RsaKeyService.fromPem(await newMasterKeyPem());
  }, 120_000);
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.close(200)));
    await nats.stop();
  });

  it('are unreadable on the broker’s disk, reach every replica, and are removed with the tenant’s keys', async () => {
    const [one, other] = [await replica(), await replica()];
    for (const tenant of ['acme', 'stays']) await one.add(tenant);
    await waitFor('the other replica', () => other.isServed('acme') && other.isServed('stays'));
    expect(await filesHolding(nats.pid, LABEL)).toEqual([]);
    await one.keys.shred('acme');
    for (const { isServed } of [one, other]) await waitFor('the removal', () => !isServed('acme') && isServed('stays'));
    await other.add('acme');
    await waitFor('the new one', () => one.isServed('acme'));
    const late = await replica();
    expect([late.isServed('acme'), late.isServed('stays')]).toEqual([true, true]);
    expect(unreadable).toEqual([]);
  });

  it('can be read if they were stored before encryption, and are removed with the tenant’s keys', async () => {
    const [plain, sealing] = [await replica(false), await replica()];
    await plain.add('old');
    await waitFor('the other replica', () => sealing.isServed('old'));
    expect(await filesHolding(nats.pid, LABEL)).not.toEqual([]);
    await sealing.keys.shred('old');
    await waitFor('the removal', () => !plain.isServed('old') && !sealing.isServed('old'));
    await waitFor('its bytes to be wiped', async () => (await filesHolding(nats.pid, LABEL)).length === 0);
    expect((await replica()).isServed('old')).toBe(false);
  });

  it('can be read and replaced if they were stored before there were version records', async () => {
    const { bus, atRest, isServed, add } = await replica();
    const purpose = BUCKETS.classifiers;
    const bucket = await SealedBucket.open(bus, purpose, { kv: { history: 1, storage: 'file' }, purpose, atRest });
    await bucket.put('legacy.tickets', Buffer.from(trained.serialise()));
    await waitFor('the classifier', () => isServed('legacy'));
    await add('legacy');
    expect((await replica()).isServed('legacy')).toBe(true);
  });
});
