import { setTimeout as pause } from 'node:timers/promises';
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
});

function turns(count: number): number {
  let sum = 0;
  for (let turn = 0; turn < count; turn++) sum = (sum + turn) | 0;
  return sum;
}
