import { randomBytes } from 'node:crypto';
import { startRedisServer, waitFor, type TestRedisServer } from '@llmos/testing';
import { AtRest } from '@llmos/vault';
import { Redis } from 'ioredis';
import { StateStore, type StateStoreOptions } from '../src/state-store.js';
import { startSealingKeys, type SealingKeys } from './sealing-keys.js';

const LIMITS = { ttlSeconds: 600, maxEntries: 20, maxBytes: 64_000 };
const SECRET = 'my card was stolen in Lisbon';

describe('StateStore', () => {
  let redis: TestRedisServer;
  let vault: SealingKeys;
  let store: StateStore;
  let raw: Redis;
  const unreadable: unknown[] = [];

  const open = (options: Partial<StateStoreOptions> = {}) =>
    StateStore.open({
      url: redis.url,
      password: redis.password,
      atRest: vault.atRest,
      // Long, because the subject here is not silence and the machine may be busy.
      commandTimeoutMs: 10_000,
      onUnreadable: (error) => unreadable.push(error),
      ...options,
    });
  beforeAll(async () => {
    [redis, vault] = await Promise.all([startRedisServer(), startSealingKeys()]);
    store = await open();
    raw = new Redis({ path: new URL(redis.url).pathname, password: redis.password });
  });
  afterAll(async () => {
    raw.disconnect();
    await store.close();
    await redis.stop();
    await vault.stop();
  });

  let lists = 0;
  const newRef = (tenant = 'acme') => ({ tenant, kind: 'conversation', id: `c${lists++}` });
  const turn = (id: string, user?: string, text = `turn ${id}`) => ({
    id,
    bytes: Buffer.from(text),
    ...(user === undefined ? {} : { user }),
  });
  const texts = async (ref: ReturnType<typeof newRef>, from = store) =>
    (await from.read(ref)).map((bytes) => Buffer.from(bytes).toString());
  const keyOf = async (tenant: string, kind = 'conversation') => {
    const found = await raw.keys(`llmos:${tenant}:${kind}:*`);
    expect(found).toHaveLength(1);
    return found[0]!;
  };

  it('returns entries in the order in which they were appended, with every byte', async () => {
    const ref = newRef();
    expect(await store.read(ref)).toEqual([]);
    const entries = Array.from({ length: 5 }, (_, n) => ({ id: `e${n}`, bytes: randomBytes(500) }));
    for (const entry of entries) expect(await store.append(ref, entry, LIMITS)).toBe(true);
    expect((await store.read(ref)).map((bytes) => Buffer.from(bytes))).toEqual(entries.map(({ bytes }) => bytes));
  });

  it('stores an entry once, however often a redelivered task appends it', async () => {
    const ref = newRef();
    await store.append(ref, turn('run:1'), LIMITS);
    await store.append(ref, turn('run:2'), LIMITS);
    const again = await Promise.all(Array.from({ length: 20 }, () => store.append(ref, turn('run:1'), LIMITS)));
    expect(again).not.toContain(true);
    expect(await texts(ref)).toEqual(['turn run:1', 'turn run:2']);
  });

  it('keeps every entry of appends at the same time', async () => {
    const ref = newRef();
    const other = await open();
    await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        (n % 2 ? store : other).append(ref, turn(`e${n}`), { ...LIMITS, maxEntries: 100 }),
      ),
    );
    await other.close();
    expect(new Set(await texts(ref)).size).toBe(100);
  });

  it('drops the oldest entries over the limits of number and size', async () => {
    const ref = newRef();
    for (let n = 0; n < 6; n++) await store.append(ref, turn(`e${n}`), { ...LIMITS, maxEntries: 3 });
    expect(await texts(ref)).toEqual(['turn e3', 'turn e4', 'turn e5']);
    await store.append(ref, turn('large', undefined, 'x'.repeat(1_000)), { ...LIMITS, maxBytes: 1_230 });
    expect((await texts(ref)).map((text) => text.length)).toEqual([7, 1_000]);
    await expect(store.append(ref, turn('huge'), { ...LIMITS, maxBytes: 20 })).rejects.toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
    });
  });

  it('lets a list expire after its last append', async () => {
    const ref = newRef('fleeting');
    await store.append(ref, turn('a'), { ...LIMITS, ttlSeconds: 100 });
    const list = await keyOf('fleeting');
    expect(await raw.ttl(list)).toBeLessThanOrEqual(100);
    await store.append(ref, turn('b'), { ...LIMITS, ttlSeconds: 1_000 });
    expect(await raw.ttl(list)).toBeGreaterThan(900);
    await store.append(ref, turn('c'), { ...LIMITS, ttlSeconds: 1 });
    await waitFor('the list has expired', async () => (await store.read(ref)).length === 0);
    expect(await raw.keys('llmos:fleeting:*')).toEqual([]);
  });

  it('deletes all lists that a user took part in, and no other', async () => {
    const [ofAnn, ofBoth, ofBob, elsewhere] = [newRef(), newRef(), newRef(), newRef('other')];
    await store.append(ofAnn, turn('a', 'ann@example.com'), LIMITS);
    await store.append(ofBoth, turn('a', 'ann@example.com'), LIMITS);
    await store.append(ofBoth, turn('b', 'bob'), LIMITS);
    await store.append(ofBob, turn('a', 'bob'), LIMITS);
    await store.append(elsewhere, turn('a', 'ann@example.com'), LIMITS);
    expect(await store.deleteUser({ tenant: 'acme', user: 'ann@example.com' })).toBe(2);
    expect(await Promise.all([ofAnn, ofBoth, ofBob, elsewhere].map((ref) => texts(ref)))).toEqual([
      [],
      [],
      ['turn a'],
      ['turn a'],
    ]);
    // A list that exists again under an old name belongs to its new user.
    await store.append(ofBoth, turn('new', 'bob'), LIMITS);
    expect(await store.deleteUser({ tenant: 'acme', user: 'ann@example.com' })).toBe(0);
    expect(await store.deleteUser({ tenant: 'acme', user: 'bob' })).toBe(2);
  });

  it('finds the lists of a user among those of many others', async () => {
    const others = Array.from({ length: 1_500 }, () => newRef('crowd'));
    await Promise.all(others.map((ref, n) => store.append(ref, turn('a', `user ${n}`), LIMITS)));
    const own = Array.from({ length: 120 }, () => newRef('crowd'));
    await Promise.all(own.map((ref) => store.append(ref, turn('a', 'ann'), LIMITS)));
    expect(await store.deleteUser({ tenant: 'crowd', user: 'ann' })).toBe(120);
    expect(await raw.keys('llmos:crowd:*')).toHaveLength(1_500);
  });

  it('forgets that a user took part once the list is deleted or holds none of the entries', async () => {
    const [deleted, trimmed] = [newRef(), newRef()];
    await store.append(deleted, turn('a', 'eve'), LIMITS);
    await store.delete(deleted);
    expect(await store.read(deleted)).toEqual([]);
    await store.append(trimmed, turn('a', 'eve'), LIMITS);
    await store.append(trimmed, turn('b', 'bob'), { ...LIMITS, maxEntries: 1 });
    expect(await store.deleteUser({ tenant: 'acme', user: 'eve' })).toBe(0);
    expect(await texts(trimmed)).toEqual(['turn b']);
  });

  it('keeps tenants, kinds and ids apart', async () => {
    const ref = newRef();
    await store.append(ref, turn('a'), LIMITS);
    expect(await store.read({ ...ref, tenant: 'other' })).toEqual([]);
    expect(await store.read({ ...ref, kind: 'note' })).toEqual([]);
    expect(await store.read({ ...ref, id: `${ref.id} ` })).toEqual([]);
  });

  it('refuses a name that cannot be a key, and limits that bound nothing', async () => {
    const ref = newRef();
    for (const bad of [{ tenant: 'a:b' }, { kind: 'a:b' }, { id: '' }])
      await expect(store.append({ ...ref, ...bad }, turn('a'), LIMITS)).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
      });
    await expect(store.append(ref, turn(''), LIMITS)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    for (const bad of [{ ttlSeconds: 0 }, { maxEntries: 1.5 }, { maxBytes: Number.MAX_SAFE_INTEGER }])
      await expect(store.append(ref, turn('a'), { ...LIMITS, ...bad })).rejects.toThrow(RangeError);
  });

  it('stores nothing that Redis could read of an entry, its list or its user', async () => {
    const ref = { tenant: 'sealed', kind: 'conversation', id: 'about a card' };
    await store.append(ref, turn('run:1', 'ann@example.com', SECRET), LIMITS);
    const list = await keyOf('sealed');
    const stored = [list, ...(await raw.lrange(list, 0, -1))].join('\n');
    for (const text of ['Lisbon', 'ann', 'card', 'run:1']) expect(stored).not.toContain(text);
    expect(await texts(ref)).toEqual([SECRET]);
  });

  it('skips entries that were changed, copied from another list, or written by somebody else', async () => {
    const [ref, from] = [
      { ...newRef('mixed'), kind: 'to' },
      { ...newRef('mixed'), kind: 'from' },
    ];
    await store.append(from, turn('copied'), LIMITS);
    await store.append(ref, turn('own'), LIMITS);
    const list = await keyOf('mixed', 'to');
    const [copied] = await raw.lrangeBuffer(await keyOf('mixed', 'from'), 0, -1);
    const [own] = await raw.lrangeBuffer(list, 0, -1);
    const changed = Buffer.from(own!);
    changed[changed.length - 1]! ^= 1;
    await raw.rpush(list, copied!, changed, 'written by somebody else');
    unreadable.length = 0;
    expect(await texts(ref)).toEqual(['turn own']);
    expect(unreadable).toHaveLength(2);
  });

  it('has no entry of a tenant from before its keys were destroyed, sealed or not', async () => {
    const [sealed, clear] = [newRef('leaver'), newRef('leaver')];
    const unsealed = await open({ atRest: new AtRest(vault.keys, false) });
    await store.append(sealed, turn('a', 'ann', SECRET), LIMITS);
    await unsealed.append(clear, turn('a', 'ann', SECRET), LIMITS);
    expect([await texts(sealed), await texts(clear)]).toEqual([[SECRET], [SECRET]]);
    await vault.keys.shred('leaver');
    expect([await texts(sealed), await texts(clear), await texts(clear, unsealed)]).toEqual([[], [], []]);
    await store.append(sealed, turn('b'), LIMITS);
    expect(await texts(sealed)).toEqual(['turn b']);
    await unsealed.close();
  });
});
