import { Bus, headersOf, intakeConsumer, MAX_DELIVERIES } from '@llmos/bus';
import { startNatsServer, startServiceProcess, waitFor, type TestNatsServer } from '@llmos/testing';

const DELIVERED_AGAIN_MS = 100;

describe('a message with events that no gateway finished', () => {
  let nats: TestNatsServer;
  let bus: Bus;

  beforeAll(async () => {
    nats = await startNatsServer();
    bus = await Bus.connect({ url: nats.url, service: 'test' });
  }, 120_000);
  afterAll(async () => {
    await bus.close(200);
    await nats.stop();
  }, 120_000);

  it('has a failed result for each event', async () => {
    const results: { id: string; code: string }[] = [];
    bus.nc.subscribe('llmos.out.default.detect_intent', {
      callback: (_, message) => {
        const { error } = message.json<{ error: { code: string } }>();
        results.push({ id: message.headers!.get('ce-correlationid'), code: error.code });
      },
    });
    const event = (id: string) => ({ specversion: '1.0', type: 't', source: '/a', id, data: { text: 'Hello' } });
    const headers = headersOf([['Content-Type', ['application/cloudevents-batch+json']]]);
    bus.nc.publish('llmos.in.default.detect_intent', JSON.stringify([event('a-1'), event('a-2')]), { headers });
    // Gateways that die: they take the message and never answer.
    let taken = 0;
    bus.consume({ ...intakeConsumer, ackWaitMs: DELIVERED_AGAIN_MS }, 1, () => Promise.resolve(void taken++));
    await waitFor('all deliveries', () => taken === MAX_DELIVERIES);
    await waitFor('the broker to give up', async () => (await bus.pending('ADVISORIES')) > 0);
    await bus.stopPulling(200);
    const env = { LLMOS_PORT: '0' };
    const gateway = await startServiceProcess({ app: 'gateway', natsUrl: nats.url, env, startedWhen: '/healthz' });
    try {
      await waitFor('the results', () => results.length >= 2);
      await waitFor('the message to leave its queue', async () => (await bus.pending('INTAKE')) === 0);
    } finally {
      await gateway.stop();
    }
    expect(results).toEqual([
      { id: 'a-1', code: 'INTERNAL' },
      { id: 'a-2', code: 'INTERNAL' },
    ]);
  }, 90_000);
});
