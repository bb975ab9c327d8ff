import { jetstreamManager } from '@nats-io/jetstream';
import { startNatsCluster, waitFor, type TestNatsCluster } from '@llmos/testing';
import { Bus } from '../src/bus.js';

const REPLICAS = 3;

describe('a cluster of nats-servers', () => {
  let cluster: TestNatsCluster;
  /** A connection that sets the replica count. */
  let configured: Bus;
  beforeAll(async () => {
    cluster = await startNatsCluster();
    configured = await waitFor('JetStream to have its leader', () => connect(REPLICAS).catch(() => undefined), 60_000);
    await configured.kv('notes');
  }, 180_000);
  afterAll(async () => {
    await configured?.close(200);
    await cluster?.stop();
  }, 120_000);

  const connect = (replicas?: number) => Bus.connect({ url: cluster.url, service: 'cluster-test', replicas });
  /** The replica count of each stream and bucket, by its name. */
  async function replicaCounts(bus: Bus): Promise<Record<string, number>> {
    const found: Record<string, number> = {};
    const jsm = await jetstreamManager(bus.nc);
    for await (const { config } of jsm.streams.list()) found[config.name] = config.num_replicas;
    return found;
  }

  it('keeps the replica count when a process without the setting connects', async () => {
    const wanted = await replicaCounts(configured);
    expect(new Set(Object.values(wanted))).toEqual(new Set([REPLICAS]));
    const unconfigured = await connect();
    await unconfigured.kv('notes');
    await unconfigured.kv('others');
    await unconfigured.objects('files').put('a', Buffer.from('b'));
    expect(await replicaCounts(unconfigured)).toEqual({ ...wanted, KV_others: REPLICAS, OBJ_files: REPLICAS });
    await unconfigured.close(200);
  }, 120_000);

  it('loses nothing when one server is killed, and takes new writes', async () => {
    const bus = await connect();
    const notes = await bus.kv('notes');
    await notes.put('a', Buffer.from('kept'));
    await cluster.killOne();
    const read = () =>
      notes.get('a').then(
        (entry) => entry && Buffer.from(entry.value).toString(),
        () => undefined,
      );
    expect(await waitFor('the note to be read again', read)).toBe('kept');
    const write = () =>
      notes.put('b', Buffer.from('new')).then(
        () => true,
        () => false,
      );
    await waitFor('a note to be written again', write);
    await bus.close(200);
  }, 240_000);
});
