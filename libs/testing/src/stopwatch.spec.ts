import { setTimeout as pause } from 'node:timers/promises';
import { startStopwatch } from './stopwatch.js';

describe('startStopwatch', () => {
  it('counts the time in which the process waits', async () => {
    const elapsed = startStopwatch();
    const from = performance.now();
    await pause(200);
    const wallMs = performance.now() - from;
    const ms = elapsed();
    expect(ms).toBeLessThanOrEqual(wallMs + 20);
    // On an idle machine all of it; the processor may be busy with other processes for most of the time.
    expect(ms).toBeGreaterThan(20);
  });

  it('hardly counts the time in which the process stands still', async () => {
    const elapsed = startStopwatch();
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    await pause(1);
    expect(elapsed()).toBeLessThan(100);
  });
});
