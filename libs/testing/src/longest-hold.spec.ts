import { setTimeout as pause } from 'node:timers/promises';
import { longestHold } from './longest-hold.js';

const LIMIT_MS = 30;

describe('longestHold', () => {
  it('is short for work that waits', async () => {
    expect(await longestHold(() => pause(200), LIMIT_MS)).toBeLessThan(LIMIT_MS);
  });

  it('measures a block that occurs in every repetition', async () => {
    expect(await longestHold(() => Promise.resolve(hold(80)), LIMIT_MS)).toBeGreaterThan(60);
  });

  it('ignores a block that occurs only once, such as a garbage collection', async () => {
    let attempts = 0;
    const work = async () => {
      await pause(20);
      if (attempts++ === 0) hold(80);
    };
    expect(await longestHold(work, LIMIT_MS)).toBeLessThan(LIMIT_MS);
    expect(attempts).toBeGreaterThan(1);
  });
});

/** Uses this many milliseconds of processor time. */
function hold(milliseconds: number): void {
  for (const from = process.threadCpuUsage(); ;) {
    const { user, system } = process.threadCpuUsage(from);
    if (user + system >= milliseconds * 1_000) return;
  }
}
