import { BUCKETS } from '@llmos/contracts';
import { Bus } from '@llmos/mesh';
import { AtRest, TenantKeys } from '@llmos/vault';
import { newMasterKeyPem, RsaKeyService } from '@llmos/privacy';
import { startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { KvDocumentStore } from '../src/adapters/kv-document.store.adapter.js';
import { startReplica } from './fixtures/replica.js';
import { WordEmbeddings } from './fixtures/word-embeddings.js';

const document = { id: 'hours', title: 'Opening hours', text: 'The vault opens at seven.', intents: ['opening_hours'] };
const acme = { tenant: 'acme' };
const asked = { query: 'when does the vault open', limit: 5 };

describe('Documents sealed with their tenant’s key', () => {
  let nats: TestNatsServer;
  let master: RsaKeyService;
  const buses: Bus[] = [];
  const unreadable: string[] = [];

  async function replica(encrypts = true) {
    const bus = await Bus.connect({ url: nats.url, service: 'retrieval-test' });
    buses.push(bus);
    const keys = await TenantKeys.open(bus, { openMaster: () => Promise.resolve(master) });
    const store = await KvDocumentStore.open(bus, (key) => unreadable.push(key), new AtRest(keys, encrypts));
    return { keys, bus, store, ...(await startReplica(store, new WordEmbeddings())) };
  }
  const textsOf = async ({ service }: Pick<Awaited<ReturnType<typeof replica>>, 'service'>, tenant = acme) =>
    (await service.search(asked, tenant)).passages.map(({ text }) => text);
  const raw = async (key: string) =>
    Buffer.from((await (await buses[0]!.kv(BUCKETS.documents)).get(key))!.value).toString('latin1');

  beforeAll(async () => {
    nats = await startNatsServer();
    master = RsaKeyService.fromPem(await newMasterKeyPem());
  }, 120_000);
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.close()));
    await nats.stop();
  });

  it('are sealed on the broker’s disk and found by every replica', async () => {
    const [one, other] = [await replica(), await replica()];
    await one.service.upsert({ document }, acme);
    await waitFor('the other replica to find it', async () => (await textsOf(other)).length === 1);
    expect(await textsOf(await replica())).toEqual([document.text]);
    const stored = await raw('acme.hours');
    for (const word of ['vault', 'Opening hours', 'opening_hours']) expect(stored).not.toContain(word);
  });

  it('are still found if they were written before encryption was enabled', async () => {
    const plain = await replica(false);
    await plain.service.upsert({ document }, { tenant: 'early' });
    expect(await raw('early.hours')).toContain('vault');
    expect(await textsOf(await replica(), { tenant: 'early' })).toEqual([document.text]);
  });

  it('of a shredded tenant are removed from every replica, and may be written again', async () => {
    const [one, other] = [await replica(), await replica()];
    await one.service.upsert({ document }, { tenant: 'leaver' });
    await waitFor('the other replica', async () => (await textsOf(other, { tenant: 'leaver' })).length === 1);
    await one.keys.shred('leaver');
    for (const each of [one, other])
      await waitFor('it to be forgotten', async () => (await textsOf(each, { tenant: 'leaver' })).length === 0);
    expect(await textsOf(one)).toEqual([document.text]);
    const late = await replica();
    expect(await textsOf(late, { tenant: 'leaver' })).toEqual([]);
    expect(unreadable).toContain('leaver.hours');
    // A document that can never be read again does not block a new one.
    await late.store.put({ tenant: 'leaver', id: 'hours' }, await late.embedder.embed(document, 'caller'), 0);
    await waitFor('it to be found again', async () => (await textsOf(one, { tenant: 'leaver' })).length === 1);
  }, 120_000);
});
