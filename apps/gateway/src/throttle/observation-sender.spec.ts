import type { Observation } from '@llmos/contracts/capabilities/security';
import { ObservationBuffer } from './observation-buffer.js';
import { ObservationSender } from './observation-sender.js';

const { jest } = import.meta;
const observation = (status: number) => ({ status }) as Observation;

describe('ObservationSender', () => {
  const sent: number[][] = [];
  const errors: unknown[] = [];
  let reachable = true;
  let fails = false;
  let sender: ObservationSender;

  beforeEach(() => {
    jest.useFakeTimers();
    sent.length = errors.length = 0;
    [reachable, fails] = [true, false];
    sender = new ObservationSender({
      buffer: new ObservationBuffer(4_000),
      batchMs: 1_000,
      reachable: () => reachable,
      send: (batch) => {
        if (fails) return Promise.reject(new Error('away'));
        sent.push(batch.map(({ status }) => status));
        return Promise.resolve();
      },
      onError: (error) => errors.push(error),
    });
  });
  afterEach(() => jest.useRealTimers());

  it('sends observations together, some time after the first, and nothing while there are none', async () => {
    await jest.advanceTimersByTimeAsync(10_000);
    expect(jest.getTimerCount()).toBe(0);
    sender.add(observation(1));
    await jest.advanceTimersByTimeAsync(900);
    sender.add(observation(2));
    expect(sent).toEqual([]);
    await jest.advanceTimersByTimeAsync(100);
    expect(sent).toEqual([[1, 2]]);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('keeps observations while no service can receive them, and sends them when one can', async () => {
    reachable = false;
    sender.add(observation(1));
    await jest.advanceTimersByTimeAsync(5_000);
    expect(sent).toEqual([]);
    reachable = true;
    await jest.advanceTimersByTimeAsync(1_000);
    expect(sent).toEqual([[1]]);
  });

  it('sends batches that fit into a message', async () => {
    for (let at = 0; at < 3_500; at++) sender.add(observation(at));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(sent.map((batch) => batch.length)).toEqual([1_500, 1_500, 500]);
    expect(sent.flat()).toEqual(Array.from({ length: 3_500 }, (_, at) => at));
  });

  it('reports a batch that cannot be sent, drops it and sends the next one', async () => {
    fails = true;
    sender.add(observation(1));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(errors).toHaveLength(1);
    fails = false;
    sender.add(observation(2));
    await jest.advanceTimersByTimeAsync(1_000);
    expect(sent).toEqual([[2]]);
  });

  it('sends the remaining observations when it stops, and none afterwards', async () => {
    sender.add(observation(1));
    await sender.stop();
    expect(sent).toEqual([[1]]);
    sender.add(observation(2));
    await jest.advanceTimersByTimeAsync(2_000);
    expect(sent).toHaveLength(1);
  });
});
