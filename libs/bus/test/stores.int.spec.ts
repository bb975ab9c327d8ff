import { jetstreamManager } from '@nats-io/jetstream';
import { startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { Bus } from '../src/bus.js';
import { WatchedBucket } from '../src/watched-bucket.js';

const bytes = (text: string) => Buffer.from(text);

async function collect(chunks: AsyncIterable<Uint8Array> | undefined): Promise<Buffer | undefined> {
  if (!chunks) return undefined;
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

async function keysOf(entries: AsyncIterable<{ readonly key: string }>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of entries) keys.push(key);
  return keys;
}

/** The number of open sockets of this process. */
const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

describe('Bus stores', () => {
  let nats: TestNatsServer;
  let bus: Bus;

  beforeAll(async () => {
    nats = await startNatsServer();
    bus = await Bus.connect({ url: nats.url, service: 'bus-test' });
  });
  afterAll(async () => {
    await bus.close(200);
    await nats.stop();
  });

  it('leave no connection open when the bus cannot be opened', async () => {
    const before = sockets();
    const alone = { url: nats.url, service: 'bus-test', replicas: 3 };
    for (let n = 0; n < 3; n++) await expect(Bus.connect(alone)).rejects.toThrow(/replicas/);
    await waitFor('the connections to be closed', () => sockets() <= before);
  });

  it('write, read, replace, list and delete objects of any size', async () => {
    const objects = bus.objects('things');
    expect(await collect(await objects.get('none'))).toBeUndefined();
    const big = Buffer.alloc(3_000_000, 7);
    async function* parts() {
      for (let at = 0; at < big.length; at += 70_000) yield big.subarray(at, at + 70_000);
    }
    const stored = await objects.put('big', parts());
    expect(stored).toMatchObject({ sizeBytes: big.length, sha256: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect((await collect(await objects.get('big')))?.equals(big)).toBe(true);
    expect((await objects.put('big', bytes('small'))).sizeBytes).toBe(5);
    expect((await collect(await objects.get('big')))?.toString()).toBe('small');
    expect(await collect(await (await objects.put('empty', bytes('')), objects.get('empty')))).toHaveLength(0);
    expect((await objects.names()).sort()).toEqual(['big', 'empty']);
    await objects.delete('big');
    await objects.delete('big');
    expect(await objects.get('big')).toBeUndefined();
    await expect(objects.put('a/b', bytes('x'))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it('leave nothing at the broker when all values of a bucket were read', async () => {
    const bucket = await bus.kv('read');
    const all = async () => (await keysOf(bucket.stored('acme.>'))).length;
    expect(await all()).toBe(0);
    for (let n = 0; n < 3; n++) await bucket.put(`acme.${n}`, bytes('x'));
    expect(await all()).toBe(3);
    expect(await keysOf(bucket.revisions('acme.>'))).toEqual(['acme.0', 'acme.1', 'acme.2']);
    const manager = await jetstreamManager(bus.nc);
    expect((await manager.streams.info('KV_read')).state.consumer_count).toBe(0);
  });

  it('erase a key permanently, notify watchers and accept a new value for it', async () => {
    const bucket = await bus.kv('people', { erasable: true });
    const seen: (string | undefined)[] = [];
    await bucket.watch({ onEntry: ({ value }) => seen.push(value && Buffer.from(value).toString()) });
    const first = await bucket.update('a', bytes('one'), 0);
    const second = await bucket.update('a', bytes('two'), first);
    await expect(bucket.update('a', bytes('late'), first)).rejects.toMatchObject({ code: 'CONFLICT' });
    await bucket.erase('a');
    await bucket.erase('never-was');
    expect(await bucket.get('a')).toBeUndefined();
    for (const seq of [first, second]) {
      const reply = await bus.nc.request('$JS.API.STREAM.MSG.GET.KV_people', JSON.stringify({ seq }));
      expect(reply.json()).toMatchObject({ error: { code: 404 } });
    }
    await expect(bucket.update('a', bytes('late'), second)).rejects.toMatchObject({ code: 'CONFLICT' });
    await bucket.update('a', bytes('three'), 0);
    expect(Buffer.from((await bucket.get('a'))!.value).toString()).toBe('three');
    await waitFor('the last change', () => seen.at(-1) === 'three');
    expect(seen).toContain(undefined);
    await expect((await bus.kv('others')).erase('a')).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('count the change of each of 40 concurrent writers over two connections', async () => {
    const other = await Bus.connect({ url: nats.url, service: 'bus-test' });
    const buckets = await Promise.all([bus.kv('counts'), other.kv('counts')]);
    const plusOne = (value: Uint8Array | undefined) =>
      bytes(String(Number(value ? Buffer.from(value).toString() : 0) + 1));
    for (let round = 0; round < 8; round++)
      await Promise.all(Array.from({ length: 5 }, (_, n) => buckets[n % 2]!.change('n', plusOne)));
    const { value, revision } = (await buckets[0]!.get('n'))!;
    expect(Buffer.from(value).toString()).toBe('40');
    expect(await buckets[1]!.change('n', () => undefined)).toBe(revision);
    expect(await buckets[1]!.change('none', () => undefined)).toBe(0);
    await other.close(200);
  });

  it('keep a watched bucket in memory with its changes, without unreadable entries', async () => {
    const bucket = await bus.kv('numbers');
    for (const [key, text] of Object.entries({ a: '1', 'acme.b': '2', gone: '3', bad: 'x' }))
      await bucket.put(key, bytes(text));
    await bucket.delete('gone');
    const unreadable: string[] = [];
    const changes: string[] = [];
    const watched = await WatchedBucket.open<number>(bucket, {
      decode: (value) => JSON.parse(Buffer.from(value).toString()) as number,
      onChange: (key, now, before) => changes.push(`${key}: ${before} → ${now}`),
      onUnreadable: (key) => unreadable.push(key),
    });
    expect([...watched.entries()].sort()).toEqual([
      ['a', 1],
      ['acme.b', 2],
    ]);
    expect(unreadable).toEqual(['bad']);
    await bucket.put('a', bytes('10'));
    await bucket.delete('acme.b');
    await bucket.put('bad', bytes('5'));
    await waitFor('the changes', () => watched.get('bad') === 5);
    expect([...watched.values()].sort()).toEqual([10, 5]);
    expect(changes).toEqual(expect.arrayContaining(['a: 1 → 10', 'acme.b: 2 → undefined', 'bad: undefined → 5']));
    watched.stop();
  });

  it('follow a bucket past a crash of the broker, and open an empty one at once', async () => {
    const empty = await WatchedBucket.open<string>(await bus.kv('empty'), { decode: String });
    expect(empty.size).toBe(0);
    const bucket = await bus.kv('followed');
    const watched = await WatchedBucket.open<string>(bucket, { decode: (value) => Buffer.from(value).toString() });
    await nats.crashAndRestart();
    await waitFor('a write', () => bucket.put('a', bytes('after')).catch(() => undefined));
    await waitFor('the change', () => watched.get('a') === 'after');
    empty.stop();
    watched.stop();
  }, 120_000);
});
