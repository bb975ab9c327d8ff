import { onBehalfOf } from '@llmos/resilience';
import { setTimeout as pause } from 'node:timers/promises';
import { SequenceQueue } from './sequence-queue.js';

const never = new AbortController().signal;
const first = (free: readonly string[]) => free[0]!;

function gate() {
  let open!: () => void;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

describe('SequenceQueue', () => {
  it('serves callers in order, and refuses the caller beyond the limit', async () => {
    const queue = new SequenceQueue(['a'], 1);
    const { open, opened } = gate();
    const one = queue.use(never, first, () => opened.then(() => 1));
    const two = queue.use(never, first, () => Promise.resolve(2));
    await expect(queue.use(never, first, () => Promise.resolve(3))).rejects.toMatchObject({ code: 'OVERLOADED' });
    open();
    await expect(Promise.all([one, two])).resolves.toEqual([1, 2]);
  });

  it('removes a waiting caller on abort, and serves the next', async () => {
    const queue = new SequenceQueue(['a'], 2);
    const { open, opened } = gate();
    const leaving = new AbortController();
    const one = queue.use(never, first, () => opened);
    const two = queue.use(leaving.signal, first, () => Promise.resolve(2));
    const three = queue.use(never, first, () => Promise.resolve(3));
    leaving.abort(new Error('left'));
    await expect(two).rejects.toThrow('left');
    expect(queue.depth).toBe(1);
    open();
    await expect(three).resolves.toBe(3);
    await one;
  });

  it('frees an item when its user fails, and refuses callers once closed', async () => {
    const queue = new SequenceQueue(['a'], 2);
    await expect(queue.use(never, first, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(queue.use(never, first, (item) => Promise.resolve(item))).resolves.toBe('a');
    queue.close();
    await expect(queue.use(never, first, () => Promise.resolve(1))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('lends half of the items at most to durable runs, so that a live run finds one free', async () => {
    const queue = new SequenceQueue(['a', 'b'], 8);
    const { open, opened } = gate();
    const use = (lane: 'live' | 'durable') =>
      onBehalfOf({ lane, tenant: 'acme' }, () => queue.use(never, first, () => opened.then(() => lane)));
    const durable = [use('durable'), use('durable')];
    expect(queue.depth).toBe(1);
    const live = use('live');
    expect(queue.depth).toBe(1);
    open();
    expect(await Promise.all([live, ...durable])).toEqual(['live', 'durable', 'durable']);
  });

  it('never lends a durable run the items of the first half: what live runs read stays there', async () => {
    const queue = new SequenceQueue(['a', 'b', 'c'], 8);
    const last: string[] = [];
    const use = (lane: 'live' | 'durable') =>
      onBehalfOf({ lane, tenant: 'acme' }, () =>
        queue.use(
          never,
          (free) => free.at(-1)!,
          (item) => Promise.resolve(last.push(`${lane} ${item}`)),
        ),
      );
    await use('live');
    await use('durable');
    await use('live');
    expect(last).toEqual(['live a', 'durable c', 'live a']);
  });

  it('lets durable runs rest while a live run uses an item, and no longer', async () => {
    const queue = new SequenceQueue(['a', 'b'], 8);
    const { open, opened } = gate();
    const order: string[] = [];
    const live = onBehalfOf({ lane: 'live', tenant: 'acme' }, () =>
      queue.use(never, first, async () => {
        await queue.giveWay(60_000, never);
        order.push('live has no rest');
        await opened;
      }),
    );
    const durable = onBehalfOf({ lane: 'durable', tenant: 'acme' }, () =>
      queue.use(never, first, async () => {
        await queue.giveWay(60_000, never);
        order.push('durable goes on');
      }),
    );
    await new Promise(setImmediate);
    expect(order).toEqual(['live has no rest']);
    open();
    await Promise.all([live, durable]);
    expect(order).toEqual(['live has no rest', 'durable goes on']);
    await onBehalfOf({ lane: 'durable', tenant: 'acme' }, () => queue.giveWay(60_000, never));
  });

  it('lends to the tenant that has used the model for less time, however many calls that were', async () => {
    const queue = new SequenceQueue(['a'], 16);
    const { open, opened } = gate();
    const order: string[] = [];
    const use = (tenant: string, work: () => Promise<unknown>) =>
      onBehalfOf({ lane: 'live', tenant }, () =>
        queue.use(never, first, async () => {
          order.push(tenant);
          await work();
        }),
      );
    const all = [use('other', () => opened)];
    for (let n = 0; n < 4; n++) {
      all.push(use('dear', () => pause(100)));
      all.push(use('cheap', () => Promise.resolve()));
    }
    open();
    await Promise.all(all);
    expect(order).toEqual(['other', 'dear', 'cheap', 'cheap', 'cheap', 'cheap', 'dear', 'dear', 'dear']);
  });

  it('ends the rest of a durable run that is cancelled', async () => {
    const queue = new SequenceQueue(['a', 'b'], 8);
    const { open, opened } = gate();
    const live = onBehalfOf({ lane: 'live', tenant: 'acme' }, () => queue.use(never, first, () => opened));
    const cancelling = new AbortController();
    const rest = onBehalfOf({ lane: 'durable', tenant: 'acme' }, () => queue.giveWay(60_000, cancelling.signal));
    cancelling.abort();
    await rest;
    open();
    await live;
  });

  it('serves a live run before a durable one that came earlier', async () => {
    const queue = new SequenceQueue(['a'], 2);
    const { open, opened } = gate();
    const order: string[] = [];
    const use = (lane: 'live' | 'durable') =>
      onBehalfOf({ lane, tenant: 'acme' }, () => queue.use(never, first, () => Promise.resolve(order.push(lane))));
    const running = queue.use(never, first, () => opened);
    const waiting = [use('durable'), use('live')];
    open();
    await Promise.all([running, ...waiting]);
    expect(order).toEqual(['live', 'durable']);
  });
});
