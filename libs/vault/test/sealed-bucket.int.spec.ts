import { Bus } from '@llmos/bus';
import type { LlmosError } from '@llmos/contracts';
import { newMasterKeyPem, RsaKeyService } from '@llmos/privacy';
import { filesHolding, startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { SealedBucket } from '../src/sealed-bucket.js';
import { AtRest } from '../src/at-rest.js';
import { TenantKeys } from '../src/tenant-keys.js';

const bytes = (text: string) => Buffer.from(text);

describe('SealedBucket', () => {
  let nats: TestNatsServer;
  let bus: Bus;
  let keys: TenantKeys;
  let master: RsaKeyService;

  beforeAll(async () => {
    nats = await startNatsServer();
    bus = await Bus.connect({ url: nats.url, service: 'test' });
    master = RsaKeyService.fromPem(await newMasterKeyPem());
    keys = await TenantKeys.open(bus, { openMaster: () => Promise.resolve(master) });
  }, 120_000);
  afterAll(async () => {
    await bus.close(200);
    await nats.stop();
  });

  const open = (name: string, encrypts = true, purpose = name) =>
    SealedBucket.open(bus, name, { kv: { storage: 'file' }, purpose, atRest: new AtRest(keys, encrypts) });

  async function follow(bucket: SealedBucket) {
    const events: string[] = [];
    const watching = await bucket.watch({
      onEntry: ({ key, value }) => void events.push(`${key}=${value ? Buffer.from(value).toString() : ''}`),
      onForgotten: (tenant) => void events.push(`${tenant} forgotten`),
      onUnreadable: (key) => void events.push(`${key} unreadable`),
    });
    return { events, stop: () => watching.stop() };
  }

  it('returns stored values, delivers changes in their order and leaves nothing readable on disk', async () => {
    // With the usual history of one, the broker drops a value that is replaced before it was delivered.
    const kv = { storage: 'file', history: 32 } as const;
    const bucket = await SealedBucket.open(bus, 'things', { kv, purpose: 'things', atRest: new AtRest(keys, true) });
    const { events, stop } = await follow(bucket);
    for (let n = 0; n < 20; n++) await bucket.put('acme.a', bytes(`CANARY ${n}`));
    await bucket.delete('acme.a');
    await waitFor('the changes', () => events.length === 21);
    expect(events).toEqual([...Array.from({ length: 20 }, (_, n) => `acme.a=CANARY ${n}`), 'acme.a=']);
    const revision = await bucket.put('acme.b', bytes('CANARY'));
    expect(await bucket.get('acme.b')).toEqual({ value: bytes('CANARY'), revision });
    expect(await filesHolding(nats.pid, 'CANARY')).toEqual([]);
    stop();
  });

  it('skips and reports values that were sealed for another purpose', async () => {
    await (await open('mixed', true, 'another purpose')).put('acme.a', bytes('theirs'));
    const bucket = await open('mixed');
    await bucket.put('acme.b', bytes('mine'));
    const { events, stop } = await follow(bucket);
    expect(events).toEqual(['acme.a unreadable', 'acme.b=mine']);
    stop();
  });

  it('waits for unavailable keys and skips no entry', async () => {
    await (await open('patient')).put('acme.a', bytes('worth waiting for'));
    let usable = false;
    const openMaster = () => (usable ? Promise.resolve(master) : Promise.reject(new Error('the file is missing')));
    const problems: unknown[] = [];
    const late = await TenantKeys.open(bus, { openMaster, onProblem: (error) => problems.push(error) });
    const options = { kv: { storage: 'file' }, purpose: 'patient', atRest: new AtRest(late, true) } as const;
    const following = follow(await SealedBucket.open(bus, 'patient', options));
    await waitFor('a failed attempt', () => problems.length > 0);
    usable = true;
    const { events, stop } = await following;
    expect(events).toEqual(['acme.a=worth waiting for']);
    stop();
  }, 120_000);

  it.each([true, false])(
    'loses the earlier values of a tenant with its keys, and nothing else (sealing: %s)',
    async (encrypts) => {
      const bucket = await open(`leaving-${encrypts}`, encrypts);
      // With encryption off a tenant may have no keys at all; it can be shredded all the same.
      const tenant = `leaver-${encrypts}`;
      for (const key of [tenant, `${tenant}.a`, 'stays.a']) await bucket.put(key, bytes(`SECRET of ${key}`));
      const held = (await bucket.get(`${tenant}.a`))!;
      const { events, stop } = await follow(bucket);
      await keys.shred(tenant);
      await waitFor('the tenant to be forgotten', () => events.at(-1) === `${tenant} forgotten`);
      expect(await bucket.get(`${tenant}.a`)).toBeUndefined();
      // A writer that read before the shredding must not restore lost data.
      await expect(bucket.update(`${tenant}.a`, bytes('merged'), held.revision)).rejects.toMatchObject({
        code: 'CONFLICT',
      });
      await waitFor(
        'its bytes to be overwritten',
        async () => (await filesHolding(nats.pid, `SECRET of ${tenant}`)).length === 0,
      );
      // Sealed bytes cannot be told from overwritten ones: the key is free when its erasing has ended.
      await waitFor('the key to be free', () =>
        bucket.update(`${tenant}.a`, bytes('new'), 0).then(Boolean, (error: LlmosError) => {
          if (error.code === 'CONFLICT') return false;
          throw error;
        }),
      );
      await waitFor('the new value', () => events.at(-1) === `${tenant}.a=new`);
      const fresh = await follow(bucket);
      const entries = fresh.events.filter((line) => line.includes('='));
      expect(new Set(entries)).toEqual(new Set([`${tenant}.a=new`, 'stays.a=SECRET of stays.a']));
      await keys.shred(tenant);
      await waitFor('the tenant to be forgotten again', async () => (await bucket.get(`${tenant}.a`)) === undefined);
      stop();
      fresh.stop();
    },
  );
});
