import { currentLane, inLane, LaneQueue } from './lane-queue.js';

const pushAll = (queue: LaneQueue<string>, lane: 'live' | 'durable', items: readonly string[]) =>
  inLane(lane, () => items.forEach((item) => queue.push(item)));
const takeAll = (queue: LaneQueue<string>) => Array.from({ length: queue.count() }, () => queue.shift());

describe('currentLane', () => {
  it('is the lane of the run, also after an await, and durable outside a run', async () => {
    expect(currentLane()).toBe('durable');
    const after = await inLane('live', async () => {
      await new Promise(setImmediate);
      return currentLane();
    });
    expect(after).toBe('live');
  });
});

describe('LaneQueue', () => {
  it('gives live items before durable ones, and each lane in order', () => {
    const queue = new LaneQueue<string>();
    pushAll(queue, 'durable', ['d1', 'd2']);
    pushAll(queue, 'live', ['l1', 'l2']);
    expect(takeAll(queue)).toEqual(['l1', 'l2', 'd1', 'd2']);
  });

  it('gives a durable item after eight live ones in a row', () => {
    const queue = new LaneQueue<string>();
    pushAll(queue, 'durable', ['d1', 'd2']);
    pushAll(
      queue,
      'live',
      Array.from({ length: 17 }, (_, n) => `l${n}`),
    );
    const order = takeAll(queue);
    expect([order.indexOf('d1'), order.indexOf('d2')]).toEqual([8, 17]);
  });

  it('skips items that cannot start, and removes items from the middle', () => {
    const queue = new LaneQueue<string>();
    pushAll(queue, 'live', ['l1', 'l2', 'l3']);
    expect(queue.shift((item) => item !== 'l1')).toBe('l2');
    expect(queue.remove((item) => item === 'l1')).toEqual(['l1']);
    expect(takeAll(queue)).toEqual(['l3']);
    expect(queue.shift()).toBeUndefined();
  });
});
