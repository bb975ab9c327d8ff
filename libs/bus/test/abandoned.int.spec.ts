import { startNatsServer, waitFor, type TestNatsServer } from '@llmos/testing';
import { Bus } from '../src/index.js';

const ABOUT = '$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES';

describe('deadLetterAbandoned', () => {
  let nats: TestNatsServer;
  let bus: Bus;
  beforeAll(async () => {
    nats = await startNatsServer();
    bus = await Bus.connect({ url: nats.url, service: 'test' });
  });
  afterAll(async () => {
    await bus.close(0);
    await nats.stop();
  });

  it('settles an advisory about an advisory without a dead letter: it would lead to the next one, for ever', async () => {
    const ended: string[] = [];
    bus.deadLetterAbandoned(({ subject }) => Promise.resolve(void ended.push(subject)));
    const advise = (stream: string, seq: number) =>
      bus.nc.request(
        `${ABOUT}.${stream}.x`,
        JSON.stringify({ stream, consumer: 'bus_bury', stream_seq: seq, deliveries: 5 }),
      );
    await advise('ADVISORIES', 1);
    await waitFor('the advisory to be settled', async () => (await bus.pending('ADVISORIES')) === 0);
    // One about a message that is gone is settled after it.
    await advise('TASKS_DURABLE', 7);
    await waitFor('the next advisory to be settled', async () => (await bus.pending('ADVISORIES')) === 0);
    expect(ended).toEqual([]);
    expect(await bus.pending('DEAD_LETTERS')).toBe(0);
  });
});
