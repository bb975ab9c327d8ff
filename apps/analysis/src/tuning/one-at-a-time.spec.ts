import { OneAtATime } from './one-at-a-time.js';

describe('OneAtATime', () => {
  it('starts a task when the previous task has ended, also when that failed', async () => {
    const queue = new OneAtATime();
    const order: string[] = [];
    const first = Promise.withResolvers<undefined>();
    const failing = queue.run(async () => {
      await first.promise;
      order.push('first');
      throw new Error('broken');
    });
    const second = queue.run(() => Promise.resolve(order.push('second')));
    expect(order).toEqual([]);
    first.resolve(undefined);
    await expect(failing).rejects.toThrow('broken');
    await second;
    expect(order).toEqual(['first', 'second']);
  });

  it('removes a queued task when its signal aborts, and keeps the order of the others', async () => {
    const queue = new OneAtATime();
    const first = Promise.withResolvers<undefined>();
    const running = queue.run(() => first.promise);
    const leaving = new AbortController();
    const waiting = queue.run(() => Promise.resolve('never'), leaving.signal);
    leaving.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    let ran = false;
    const third = queue.run(() => Promise.resolve((ran = true)));
    expect(ran).toBe(false);
    first.resolve(undefined);
    await Promise.all([running, third]);
    expect(ran).toBe(true);
  });
});
