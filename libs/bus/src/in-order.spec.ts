import { InOrder } from './in-order.js';

describe('InOrder', () => {
  const later = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

  it('runs work at once while no other work of the key is in progress', () => {
    const done: string[] = [];
    new InOrder(fail).do('a', () => void done.push('first'));
    expect(done).toEqual(['first']);
  });

  it('runs the work of one key in order and does not delay other keys', async () => {
    const done: string[] = [];
    const order = new InOrder(fail);
    order.do('a', () => later(20).then(() => void done.push('slow')));
    order.do('a', () => void done.push('quick'));
    order.do('b', () => void done.push('other'));
    await order.settled('a');
    expect(done).toEqual(['other', 'slow', 'quick']);
    expect(order.settled('a')).toBeUndefined();
  });

  it('reports failed work and continues', async () => {
    const errors: unknown[] = [];
    const done: string[] = [];
    const order = new InOrder((error) => errors.push(error));
    order.do('a', () => Promise.reject(new Error('lost')));
    order.do('a', () => void done.push('next'));
    await order.settled('a');
    expect([errors, done]).toEqual([[new Error('lost')], ['next']]);
  });
});

function fail(error: unknown): never {
  throw error;
}
