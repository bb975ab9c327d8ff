import { OneAtATime } from './one-at-a-time.js';

describe('one at a time', () => {
  it('starts a task when the one before it has ended, also by failing', async () => {
    const turns = new OneAtATime();
    const order: string[] = [];
    const first = Promise.withResolvers<undefined>();
    const failing = turns.run(async () => {
      await first.promise;
      order.push('first');
      throw new Error('broken');
    });
    const second = turns.run(() => Promise.resolve(order.push('second')));
    expect(order).toEqual([]);
    first.resolve(undefined);
    await expect(failing).rejects.toThrow('broken');
    await second;
    expect(order).toEqual(['first', 'second']);
  });

  it('lets one that waits leave, and keeps the order of the others', async () => {
    const turns = new OneAtATime();
    const first = Promise.withResolvers<undefined>();
    const running = turns.run(() => first.promise);
    const leaving = new AbortController();
    const waiting = turns.run(() => Promise.resolve('never'), leaving.signal);
    leaving.abort(new Error('gone'));
    await expect(waiting).rejects.toThrow('gone');
    let ran = false;
    const third = turns.run(() => Promise.resolve((ran = true)));
    expect(ran).toBe(false);
    first.resolve(undefined);
    await Promise.all([running, third]);
    expect(ran).toBe(true);
  });
});
