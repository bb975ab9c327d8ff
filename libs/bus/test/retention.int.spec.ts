import { BUCKETS } from '@llmos/contracts';
import { startNatsServer, type TestNatsServer } from '@llmos/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import { Bus } from '../src/bus.js';
import { STREAMS } from '../src/streams.js';

const HOUR_MS = 3_600_000;

describe('How long runs are kept', () => {
  let nats: TestNatsServer;
  const buses: Bus[] = [];

  const connect = async (): Promise<Bus> => {
    const bus = await Bus.connect({ url: nats.url, service: 'bus-test' });
    buses.push(bus);
    return bus;
  };
  const hoursOf = async (bus: Bus, stream: string): Promise<number> => {
    const { config } = await (await jetstreamManager(bus.nc)).streams.info(stream);
    return config.max_age / 1e6 / HOUR_MS;
  };

  beforeAll(async () => {
    nats = await startNatsServer();
  });
  afterAll(async () => {
    await Promise.all(buses.map((bus) => bus.close(200)));
    await nats.stop();
  });

  it('is seven days at first, then what was said last, also for who connects later', async () => {
    const bus = await connect();
    await bus.kv(BUCKETS.runs, { ttlMs: 168 * HOUR_MS });
    expect([await hoursOf(bus, STREAMS.results), await hoursOf(bus, `KV_${BUCKETS.runs}`)]).toEqual([168, 168]);
    await bus.blobs.put('acme', Buffer.from('long'), 'week');
    await bus.keepRuns({ endedMs: 6 * HOUR_MS, longestMs: HOUR_MS });
    await bus.kv(BUCKETS.progress, { ttlMs: 26 * HOUR_MS, isRelaxed: true });
    await bus.kv(BUCKETS.idempotency, { ttlMs: 24 * HOUR_MS });
    const later = await connect();
    await later.kv(BUCKETS.runs, { ttlMs: 168 * HOUR_MS });
    const buckets = [BUCKETS.runs, BUCKETS.progress, BUCKETS.idempotency].map((bucket) => `KV_${bucket}`);
    const streams = [STREAMS.results, ...buckets, 'OBJ_llmos-outcomes'];
    expect(await Promise.all(streams.map((stream) => hoursOf(later, stream)))).toEqual([6, 6, 1.25, 6, 8]);
  });
});
