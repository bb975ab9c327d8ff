import { startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { Bus } from '../src/bus.js';

const bytes = (text: string) => Buffer.from(text);

async function collect(chunks: AsyncIterable<Uint8Array> | undefined): Promise<Buffer | undefined> {
  if (!chunks) return undefined;
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

/** Sockets that this process has open. */
const sockets = () => process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;

describe('stores of a real nats-server', () => {
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

  it('that cannot be had leave no connection open', async () => {
    const before = sockets();
    const alone = { url: nats.url, service: 'bus-test', replicas: 3 };
    for (let n = 0; n < 3; n++) await expect(Bus.connect(alone)).rejects.toThrow(/replicas/);
    await waitFor('the connections to be closed', () => sockets() <= before);
  });

  it('keep objects of any size as streams, replace them, name them and delete them', async () => {
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

  it('forget an erased key for good and tell watchers; the key can be written again', async () => {
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
    expect(seen.at(-1)).toBe('three');
    expect(seen).toContain(undefined);
    await expect((await bus.kv('others')).erase('a')).rejects.toMatchObject({ code: 'INTERNAL' });
  });
});
