import { Bus } from '@llmos/bus';
import { newMasterKeyPem, RsaKeyService } from '@llmos/privacy';
import { startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { SealedBucket } from '../src/sealed-bucket.js';
import { AtRest } from '../src/at-rest.js';
import { TenantKeys } from '../src/tenant-keys.js';

describe('SealedBucket that is read on demand', () => {
  let nats: TestNatsServer;
  let bus: Bus;
  let keys: TenantKeys;
  const unreadable: string[] = [];
  const open = (purpose = 'note') => {
    const kv = { storage: 'file', erasable: true } as const;
    return SealedBucket.open(bus, 'notes', { kv, purpose, atRest: new AtRest(keys, true) });
  };
  const read = async (bucket: SealedBucket, tenant: string) => {
    const found: string[] = [];
    for await (const { key, value } of bucket.stored(`${tenant}.>`, (bad) => unreadable.push(bad)))
      found.push(`${key}=${Buffer.from(value).toString()}`);
    return found;
  };

  beforeAll(async () => {
    nats = await startNatsServer();
    bus = await Bus.connect({ url: nats.url, service: 'test' });
    const master = RsaKeyService.fromPem(await newMasterKeyPem());
    keys = await TenantKeys.open(bus, { openMaster: () => Promise.resolve(master) });
  }, 120_000);
  afterAll(async () => {
    await bus.close(200);
    await nats.stop();
  });

  it('returns the opened values of one tenant, without wiped ones, and names what does not open', async () => {
    const bucket = await open();
    await bucket.put('acme.a', Buffer.from('one'));
    const revision = await bucket.put('acme.b', Buffer.from('two'));
    await bucket.put('other.a', Buffer.from('theirs'));
    await (await open('another purpose')).put('acme.c', Buffer.from('three'));
    expect(await read(bucket, 'acme')).toEqual(['acme.a=one', 'acme.b=two']);
    expect(unreadable).toEqual(['acme.c']);
    await bucket.wipe(revision);
    await bucket.wipe(revision);
    expect(await read(bucket, 'acme')).toEqual(['acme.a=one']);
  });

  it('loses the values of a tenant with its keys, and removes them from the broker', async () => {
    const bucket = await open();
    bucket.wipeShredded((tenant, error) => {
      throw new Error(tenant, { cause: error });
    });
    await bucket.put('leaver.a', Buffer.from('old'));
    await keys.shred('leaver');
    const plain = await bus.kv('notes', { erasable: true });
    await waitFor('the value to be gone', async () => (await plain.get('leaver.a')) === undefined);
    await bucket.put('leaver.b', Buffer.from('new'));
    expect(await read(bucket, 'leaver')).toEqual(['leaver.b=new']);
  });
});
