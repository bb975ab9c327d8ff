import { subjects } from '@llmos/contracts';
import { Bus, newProcess, readConfig } from '@llmos/mesh';
import { crashAtEachRequest, type StartingProcess } from '@llmos/testing';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gatewayConfig } from '../src/gateway.config.js';
import { startGateway } from '../src/start-gateway.js';

/** Headers in their wire format: an app has no NATS client that could write them. */
const STRUCTURED = {
  encode: () => Buffer.from('NATS/1.0\r\ncontent-type: application/cloudevents+json\r\n\r\n'),
} as never;

describe('a gateway whose broker is killed at one of the requests of its start', () => {
  let home: string;
  beforeAll(async () => {
    home = await mkdtemp(join(tmpdir(), 'llmos-gateway-broker-lost-'));
  });
  afterAll(() => rm(home, { recursive: true, force: true }));

  function start(natsUrl: string): StartingProcess {
    const settings = readConfig('gateway', gatewayConfig);
    const own = newProcess({
      ...settings,
      home,
      natsUrl,
      port: 0,
      logLevel: 'silent' as const,
      durability: 'relaxed' as const,
    });
    const { readiness, parts } = own;
    const starting = startGateway(own);
    return {
      isReady: () => readiness.ready && readiness.all.some(({ name }) => name === 'consumers'),
      stop: async () => {
        await starting;
        await parts.close();
      },
    };
  }

  /** Publishes an event, for which the gateway starts a run, that is, publishes a task. */
  async function startsRuns(natsUrl: string): Promise<boolean> {
    const bus = await Bus.connect({ url: natsUrl, service: 'test' });
    try {
      const event = { specversion: '1.0', id: crypto.randomUUID(), source: 'test', data: { text: 'hi' } };
      bus.nc.publish(subjects.intake('acme', 'detect_intent'), JSON.stringify(event), { headers: STRUCTURED });
      return (await bus.pending('TASKS_DURABLE')) > 0;
    } finally {
      await bus.close(0);
    }
  }

  it('starts runs for events within 5 s of the return of the broker, whichever request it was', async () => {
    const { crashes, slow } = await crashAtEachRequest({ start, isWorking: startsRuns });
    expect(slow).toEqual([]);
    expect(crashes).toBeGreaterThan(30);
  }, 300_000);
});
