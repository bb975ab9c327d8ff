import { startNatsServer, type TestNatsServer } from '@llmos/testing';
import { jetstream, jetstreamManager, AckPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { headers } from '@nats-io/transport-node';
import { Bus } from '../src/bus.js';
import { Snapshots } from '../src/snapshots.js';

const MESSAGES = 10_000;
const WORK = 'WORK';

/** A broker with the connections that fill, read and archive its streams. */
interface Place {
  readonly nats: TestNatsServer;
  readonly bus: Bus;
  readonly snapshots: Snapshots;
}

async function open(): Promise<Place> {
  const nats = await startNatsServer();
  const bus = await Bus.connect({ url: nats.url, service: 'snapshots-test' });
  return { nats, bus, snapshots: await Snapshots.connect({ url: nats.url }) };
}

async function close({ nats, bus, snapshots }: Place): Promise<void> {
  await snapshots.close();
  await bus.close(200);
  await nats.stop();
}

async function fill({ bus }: Place): Promise<void> {
  const jsm = await jetstreamManager(bus.nc);
  await jsm.streams.add({
    name: WORK,
    subjects: ['work.>'],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
  });
  await jsm.consumers.add(WORK, { durable_name: 'reader', ack_policy: AckPolicy.Explicit });
  const js = jetstream(bus.nc);
  const body = (n: number) => `${n}:${'x'.repeat(n % 900)}`;
  for (let n = 0; n < MESSAGES; n += 500)
    await Promise.all(
      Array.from({ length: 500 }, (_, at) => {
        const tagged = headers();
        tagged.set('number', String(n + at));
        return js.publish(`work.${(n + at) % 7}`, body(n + at), { headers: tagged });
      }),
    );
  await jsm.streams.deleteMessage(WORK, 17);
  const reader = await js.consumers.get(WORK, 'reader');
  for await (const message of await reader.fetch({ max_messages: 25 })) await message.ackAck();
  const bucket = await bus.kv('things', { history: 3 });
  for (let n = 0; n < 20; n++) await bucket.put(`key-${n % 5}`, Buffer.from(`value ${n}`));
  await bucket.delete('key-1');
  await bus.objects('files').put('big', Buffer.alloc(1_500_000, 'b'));
}

/** The whole content of a stream: sequences, subjects, headers, times, bodies. */
async function contents({ bus }: Place, stream: string): Promise<unknown[]> {
  const jsm = await jetstreamManager(bus.nc);
  const { state } = await jsm.streams.info(stream);
  const seen: unknown[] = [state];
  const consumer = await jetstream(bus.nc).consumers.get(stream);
  for await (const { seq, subject, data, info, headers: tags } of await consumer.consume()) {
    seen.push([seq, subject, info.timestampNanos, Buffer.from(data).toString('base64'), tags?.toString()]);
    if (info.pending === 0) break;
  }
  return seen;
}

describe('Snapshots', () => {
  let from: Place;
  let to: Place;
  beforeAll(async () => {
    [from, to] = await Promise.all([open(), open()]);
    await fill(from);
  }, 120_000);
  afterAll(() => Promise.all([close(from), close(to)]));

  async function move(name: string): Promise<void> {
    const { head, chunks } = await from.snapshots.take(name);
    await to.snapshots.restore(head, chunks);
  }

  it('lists the streams on disk, and not those in memory', async () => {
    const names = (await from.snapshots.list()).map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining([WORK, 'KV_things', 'OBJ_files', 'RESULTS', 'DEAD_LETTERS', 'INTAKE']),
    );
    expect(names).not.toContain('ANSWERS');
    expect(names).not.toContain('TASKS_LIVE');
    expect((await from.snapshots.list()).find(({ name }) => name === WORK)?.messages).toBe(MESSAGES - 1);
  });

  it.each([WORK, 'KV_things', 'OBJ_files'])(
    'restores %s unchanged in another broker',
    async (name) => {
      await move(name);
      expect(await contents(to, name)).toEqual(await contents(from, name));
    },
    60_000,
  );

  it('restores revisions, deleted keys, objects and the progress of a consumer', async () => {
    const [before, after] = [await from.bus.kv('things', { history: 3 }), await to.bus.kv('things', { history: 3 })];
    for (const key of ['key-0', 'key-1', 'key-4']) expect(await after.get(key)).toEqual(await before.get(key));
    expect(await after.get('key-1')).toBeUndefined();
    expect(await after.put('key-0', Buffer.from('next'))).toBe(await before.put('key-0', Buffer.from('next')));
    let sizeBytes = 0;
    for await (const chunk of (await to.bus.objects('files').get('big'))!) sizeBytes += chunk.length;
    expect(sizeBytes).toBe(1_500_000);
    const reader = await (await jetstreamManager(to.bus.nc)).consumers.info(WORK, 'reader');
    expect(reader.ack_floor.stream_seq).toBe(26);
    expect(reader.num_pending).toBe(MESSAGES - 26);
  });

  it('tells what identifies each message, of a work queue too, and leaves the stream as it is', async () => {
    const js = jetstream(from.bus.nc);
    for (const text of ['a', 'b', 'a']) await js.publish('llmos.in.acme.some', text);
    await (await jetstreamManager(from.bus.nc)).streams.deleteMessage('INTAKE', 2);
    const seen = [];
    for await (const message of from.snapshots.messages('INTAKE')) seen.push(message);
    expect(seen.map(({ sequence, subject }) => [sequence, subject])).toEqual(
      [1, 3].map((sequence) => [sequence, 'llmos.in.acme.some']),
    );
    expect(seen[0]).toMatchObject({ digest: seen[1]!.digest, expires: false });
    expect((await from.snapshots.list()).find(({ name }) => name === 'INTAKE')?.messages).toBe(2);
    const { consumer_count: consumers } = (await (await jetstreamManager(from.bus.nc)).streams.info('INTAKE')).state;
    expect(consumers).toBe(0);
    await from.snapshots.purge('INTAKE');
    for await (const message of from.snapshots.messages('INTAKE')) expect(message).toBeUndefined();
  });

  it('restores no stream whose name exists, until that stream is deleted', async () => {
    await expect(move('KV_things')).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('KV_things'),
    });
    await to.snapshots.delete('KV_things');
    await move('KV_things');
    expect(await contents(to, 'KV_things')).toEqual(await contents(from, 'KV_things'));
  });

  it('reports a missing stream, and data that is not an archive', async () => {
    await expect(from.snapshots.take('NOTHING')).rejects.toThrow('NOTHING: stream not found');
    const { head, chunks } = await from.snapshots.take('RESULTS');
    for await (const chunk of chunks) expect(chunk.length).toBeGreaterThan(0);
    async function* rubbish() {
      yield Buffer.alloc(200_000, 'no archive');
    }
    await to.snapshots.delete('RESULTS');
    await expect(to.snapshots.restore(head, rubbish())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('fails at once when the connection is lost during a restore', async () => {
    const lost = await open();
    const { head, chunks } = await from.snapshots.take(WORK);
    async function* cutOff() {
      for await (const chunk of chunks) {
        yield chunk;
        await lost.nats.kill();
      }
    }
    await expect(lost.snapshots.restore(head, cutOff())).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(lost.snapshots.list()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await lost.bus.close(0);
    await lost.nats.stop();
  });
});
