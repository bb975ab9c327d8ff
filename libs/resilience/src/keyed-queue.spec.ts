import { KeyedQueue } from './keyed-queue.js';

describe('KeyedQueue', () => {
  it('starts a task when the previous task of its key has ended, also when that failed', async () => {
    const queue = new KeyedQueue();
    const order: string[] = [];
    const first = Promise.withResolvers<undefined>();
    const failing = queue.run('a', async () => {
      await first.promise;
      order.push('first');
      throw new Error('broken');
    });
    const second = queue.run('a', () => Promise.resolve(order.push('second')));
    await queue.run('b', () => Promise.resolve(order.push('other key')));
    expect(order).toEqual(['other key']);
    first.resolve(undefined);
    await expect(failing).rejects.toThrow('broken');
    await second;
    expect(order).toEqual(['other key', 'first', 'second']);
  });

  it('removes a queued task when its signal aborts, and keeps the order of the others', async () => {
    const queue = new KeyedQueue();
    const first = Promise.withResolvers<undefined>();
    const running = queue.run('a', () => first.promise);
    const leaving = new AbortController();
    const waiting = queue.run('a', () => Promise.resolve('never'), leaving.signal);
    leaving.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    let ran = false;
    const third = queue.run('a', () => Promise.resolve((ran = true)));
    expect(ran).toBe(false);
    first.resolve(undefined);
    await Promise.all([running, third]);
    expect(ran).toBe(true);
  });
});
