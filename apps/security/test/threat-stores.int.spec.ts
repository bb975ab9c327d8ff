import { Bus } from '@llmos/bus';
import { BUCKETS } from '@llmos/contracts';
import type { Restriction } from '@llmos/contracts/capabilities/security';
import { startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { KvBaselineStore } from '../src/threats/adapters/kv-baseline.store.adapter.js';
import { KvRestrictionStore } from '../src/threats/adapters/kv-restriction.store.adapter.js';
import { Baseline } from '../src/threats/baseline.js';
import { restrictionId } from '../src/threats/restriction-register.js';

const subject = { kind: 'address', id: '203.0.113.9' } as const;
const restriction: Restriction = {
  id: restrictionId(subject),
  subject,
  action: 'slow',
  reason: 'test',
  since: '2026-11-24T08:00:00.000Z',
  until: '2026-11-24T08:10:00.000Z',
};

describe('The stores of the threat detection over a real nats-server', () => {
  let nats: TestNatsServer;
  let bus: Bus;
  const unreadable: string[] = [];
  const onUnreadable = (key: string) => void unreadable.push(key);

  beforeAll(async () => {
    nats = await startNatsServer();
    bus = await Bus.connect({ url: nats.url, service: 'test' });
  }, 120_000);
  afterAll(async () => {
    await bus?.close(200);
    await nats?.stop();
  });

  it('share a restriction, reject conflicting writes, and store it again after it was lifted', async () => {
    const [mine, theirs] = await Promise.all([
      KvRestrictionStore.open(bus, onUnreadable),
      KvRestrictionStore.open(bus, onUnreadable),
    ]);
    await mine.put({ restriction, strikes: 1, revision: 0 });
    await waitFor('the other replica to know', async () => (await theirs.list()).length === 1);
    await expect(theirs.put({ restriction, strikes: 9, revision: 0 })).rejects.toMatchObject({ code: 'CONFLICT' });
    const stored = (await theirs.get(restriction.id))!;
    expect(stored).toMatchObject({ restriction, strikes: 1 });
    await theirs.put({ ...stored, strikes: 2 });
    await mine.delete(restriction.id);
    await waitFor('both to forget', async () => (await theirs.list()).length === 0);
    await theirs.put({ restriction, strikes: 1, revision: 0 });
    expect(await mine.get(restriction.id)).toMatchObject({ strikes: 1 });
  });

  it('skip entries that are not restrictions, and do not find invalid ids', async () => {
    const bucket = await bus.kv(BUCKETS.restrictions, { history: 1, storage: 'file' });
    await bucket.put('address.broken', new TextEncoder().encode('{"id":'));
    const store = await KvRestrictionStore.open(bus, onUnreadable);
    expect(unreadable).toContain('address.broken');
    expect((await store.list()).map((each) => each.restriction.id)).toEqual([restriction.id]);
    for (const id of ['', '*', '>', 'a b', 'address.*', '../x']) expect(await store.get(id)).toBeUndefined();
  });

  it('keep the baseline of more minutes of two replicas, over a restart of the broker', async () => {
    const learnt = (minutes: number) => {
      const baseline = new Baseline();
      for (let minute = 1; minute <= minutes; minute++) baseline.learn(10, minute, 1);
      return { request_rate: baseline.export() };
    };
    const store = await KvBaselineStore.open(bus, onUnreadable);
    await Promise.all([
      store.save(new Map([['key a', learnt(40)]])),
      store.save(
        new Map([
          ['key a', learnt(90)],
          ['key b', learnt(50)],
        ]),
      ),
    ]);
    await store.save(new Map([['key a', learnt(60)]]));
    await nats.kill();
    await nats.restart();
    await waitFor('the bus to be back', () => bus.usable);
    const back = await store.load();
    expect(back.get('key a')?.request_rate?.minutes).toBe(90);
    expect(back.get('key b')?.request_rate).toMatchObject({ minutes: 50, fastMean: 10, slowMean: 10 });
  }, 120_000);

  it('replace baselines that cannot be read', async () => {
    const bucket = await bus.kv(BUCKETS.baselines, { history: 1, storage: 'file' });
    for (let shard = 0; shard < 16; shard++)
      await bucket.put(`shard-${shard}`, new TextEncoder().encode('{"key a":{"request_rate":{"fastMean":"many"}}}'));
    const store = await KvBaselineStore.open(bus, onUnreadable);
    expect(await store.load()).toEqual(new Map());
    await store.save(new Map([['key a', { request_rate: new Baseline().export() }]]));
    expect([...(await store.load()).keys()]).toEqual(['key a']);
  });
});
