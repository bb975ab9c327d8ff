import { Bus } from '@llmos/mesh';
import { AtRest, TenantKeys } from '@llmos/vault';
import { newMasterKeyPem, RsaKeyService } from '@llmos/privacy';
import { filesHolding, startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { KvClassifierStore } from '../src/adapters/kv-classifier.store.adapter.js';
import type { ClassifierRef } from '../src/ports/classifier-store.port.js';

const LABEL = 'CANARY-LABEL';
const ref = (tenant: string): ClassifierRef => ({ tenant, name: 'tickets' });

describe('stored classifiers', () => {
  let nats: TestNatsServer;
  let master: RsaKeyService;
  const buses: Bus[] = [];
  const unreadable: string[] = [];

  /** A replica's store, and the entries that its watcher received. */
  async function replica(encrypts = true) {
    const bus = await Bus.connect({ url: nats.url, service: 'analysis-test' });
    buses.push(bus);
    const keys = await TenantKeys.open(bus, { openMaster: () => Promise.resolve(master) });
    const store = await KvClassifierStore.open(bus, (key) => unreadable.push(key), new AtRest(keys, encrypts));
    const received = new Map<string, string>();
    await store.watch({
      onEntry: ({ tenant }, bytes) =>
        bytes ? received.set(tenant, Buffer.from(bytes).toString()) : received.delete(tenant),
    });
    return { keys, store, received };
  }

  beforeAll(async () => {
    nats = await startNatsServer();
    master = RsaKeyService.fromPem(await newMasterKeyPem());
  }, 60_000);
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.close(200)));
    await nats.stop();
  });

  it('are unreadable on the broker’s disk, reach every replica, and are removed with the tenant’s keys', async () => {
    const [one, other] = [await replica(), await replica()];
    for (const tenant of ['acme', 'stays']) await one.store.put(ref(tenant), Buffer.from(LABEL));
    await waitFor('the other replica', () => other.received.size === 2);
    expect(other.received.get('acme')).toBe(LABEL);
    expect(await filesHolding(nats.pid, LABEL)).toEqual([]);
    await one.keys.shred('acme');
    for (const { received } of [one, other])
      await waitFor('the removal', () => received.size === 1 && received.has('stays'));
    await other.store.put(ref('acme'), Buffer.from('a new one'));
    await waitFor('the new one', () => one.received.get('acme') === 'a new one');
    expect(Object.fromEntries((await replica()).received)).toEqual({ acme: 'a new one', stays: LABEL });
    expect(unreadable).toEqual([]);
  });

  it('can be read if they were stored before encryption, and are removed with the tenant’s keys', async () => {
    const [plain, sealing] = [await replica(false), await replica()];
    await plain.store.put(ref('old'), Buffer.from(LABEL));
    await waitFor('the other replica', () => sealing.received.get('old') === LABEL);
    expect(await filesHolding(nats.pid, LABEL)).not.toEqual([]);
    await sealing.keys.shred('old');
    await waitFor('the removal', () => !plain.received.has('old') && !sealing.received.has('old'));
    await waitFor('its bytes to be wiped', async () => (await filesHolding(nats.pid, LABEL)).length === 0);
    expect((await replica()).received.has('old')).toBe(false);
  });
});
