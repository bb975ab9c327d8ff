import { jetstreamManager } from '@nats-io/jetstream';
import { startNatsCluster, waitFor, type TestNatsCluster } from '@llmos/testing';
import { Bus } from '../src/bus.js';

const REPLICAS = 3;

describe('a cluster of real nats-servers', () => {
  let cluster: TestNatsCluster;
  /** Said how many copies there are to be. */
  let told: Bus;
  beforeAll(async () => {
    cluster = await startNatsCluster();
    told = await waitFor('JetStream to have its leader', () => connect(REPLICAS).catch(() => undefined), 60_000);
    await told.kv('notes');
  }, 90_000);
  afterAll(async () => {
    await told?.close(200);
    await cluster?.stop();
  }, 30_000);

  const connect = (replicas?: number) => Bus.connect({ url: cluster.url, service: 'cluster-test', replicas });
  /** Copies of each stream and bucket, by its name. */
  async function copies(bus: Bus): Promise<Record<string, number>> {
    const found: Record<string, number> = {};
    const jsm = await jetstreamManager(bus.nc);
    for await (const { config } of jsm.streams.list()) found[config.name] = config.num_replicas;
    return found;
  }

  it('keeps as many copies as it was told, also when a process comes that says nothing of them', async () => {
    const wanted = await copies(told);
    expect(new Set(Object.values(wanted))).toEqual(new Set([REPLICAS]));
    const silent = await connect();
    await silent.kv('notes');
    await silent.kv('others');
    await silent.objects('files').put('a', Buffer.from('b'));
    expect(await copies(silent)).toEqual({ ...wanted, KV_others: REPLICAS, OBJ_files: REPLICAS });
    await silent.close(200);
  }, 60_000);

  it('loses nothing when a member is gone, and goes on', async () => {
    const bus = await connect();
    const notes = await bus.kv('notes');
    await notes.put('a', Buffer.from('kept'));
    await cluster.killOne();
    const read = () =>
      notes.get('a').then(
        (entry) => entry && Buffer.from(entry.value).toString(),
        () => undefined,
      );
    expect(await waitFor('the note to be read again', read, 30_000)).toBe('kept');
    const write = () =>
      notes.put('b', Buffer.from('new')).then(
        () => true,
        () => false,
      );
    await waitFor('a note to be written again', write, 30_000);
    await bus.close(200);
  }, 90_000);
});
