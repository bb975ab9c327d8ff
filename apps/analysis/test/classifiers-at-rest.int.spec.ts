import { Bus } from '@llmos/mesh';
import { AtRest, TenantKeys } from '@llmos/vault';
import { newMasterKeyPem, RsaKeyService } from '@llmos/privacy';
import { filesHolding, startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { KvClassifierStore } from '../src/adapters/kv-classifier.store.adapter.js';
import type { ClassifierRef } from '../src/ports/classifier-store.port.js';

const LABEL = 'CANARY-LABEL';
const ref = (tenant: string): ClassifierRef => ({ tenant, name: 'tickets' });

describe('classifiers under their tenant’s key', () => {
  let nats: TestNatsServer;
  let master: RsaKeyService;
  const buses: Bus[] = [];
  const unreadable: string[] = [];

  /** A replica's store, and what it has been told. */
  async function replica(encrypts = true) {
    const bus = await Bus.connect({ url: nats.url, service: 'analysis-test' });
    buses.push(bus);
    const keys = await TenantKeys.open(bus, { openMaster: () => Promise.resolve(master) });
    const store = await KvClassifierStore.open(bus, (key) => unreadable.push(key), new AtRest(keys, encrypts));
    const told = new Map<string, string>();
    await store.watch({
      onEntry: ({ tenant }, bytes) => (bytes ? told.set(tenant, Buffer.from(bytes).toString()) : told.delete(tenant)),
    });
    return { keys, store, told };
  }

  beforeAll(async () => {
    nats = await startNatsServer();
    master = RsaKeyService.fromPem(await newMasterKeyPem());
  }, 60_000);
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.close(200)));
    await nats.stop();
  });

  it('cannot be read on the broker’s disk, reach every replica, and go with the keys', async () => {
    const [one, other] = [await replica(), await replica()];
    for (const tenant of ['acme', 'stays']) await one.store.put(ref(tenant), Buffer.from(LABEL));
    await waitFor('the other replica', () => other.told.size === 2);
    expect(other.told.get('acme')).toBe(LABEL);
    expect(await filesHolding(nats.pid, LABEL)).toEqual([]);
    await one.keys.shred('acme');
    for (const { told } of [one, other]) await waitFor('it to go', () => told.size === 1 && told.has('stays'));
    await other.store.put(ref('acme'), Buffer.from('a new one'));
    await waitFor('the new one', () => one.told.get('acme') === 'a new one');
    expect(Object.fromEntries((await replica()).told)).toEqual({ acme: 'a new one', stays: LABEL });
    expect(unreadable).toEqual([]);
  });

  it('of before there was encryption are read, and go with the keys', async () => {
    const [plain, sealing] = [await replica(false), await replica()];
    await plain.store.put(ref('old'), Buffer.from(LABEL));
    await waitFor('the other replica', () => sealing.told.get('old') === LABEL);
    expect(await filesHolding(nats.pid, LABEL)).not.toEqual([]);
    await sealing.keys.shred('old');
    await waitFor('it to go', () => !plain.told.has('old') && !sealing.told.has('old'));
    await waitFor('its bytes to go', async () => (await filesHolding(nats.pid, LABEL)).length === 0);
    expect((await replica()).told.has('old')).toBe(false);
  });
});
