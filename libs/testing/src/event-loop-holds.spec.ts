import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { eventLoopHolds } from './event-loop-holds.js';

describe('eventLoopHolds', () => {
  it('finds next to nothing where work waits', async () => {
    const [longest] = await eventLoopHolds(() => pause(200));
    expect(longest).toBeLessThan(30);
  });

  it('finds the stretch that holds the thread', async () => {
    const [longest] = await eventLoopHolds(() => Promise.resolve(turns(300_000_000)));
    expect(longest).toBeGreaterThan(40);
  });

  it('leaves out what collecting a heap takes that the work did not fill', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const heap = Array.from({ length: 3_000_000 }, (_, at) => ({ at }));
    const [longest] = await eventLoopHolds(async () => {
      await pause(20);
      collect();
      await pause(20);
    });
    expect(longest).toBeLessThan(30);
    const [both] = await eventLoopHolds(async () => {
      await pause(20);
      collect();
      turns(300_000_000);
    });
    expect(both).toBeGreaterThan(40);
    expect(heap).toHaveLength(3_000_000);
  });
});

function turns(count: number): number {
  let sum = 0;
  for (let turn = 0; turn < count; turn++) sum = (sum + turn) | 0;
  return sum;
}
