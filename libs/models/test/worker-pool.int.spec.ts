import { LlmosError } from '@llmos/contracts';
import { onBehalfOf } from '@llmos/resilience';
import { DeviceSlots, WorkerPool, type WorkerPoolOptions } from '../src/index.js';

const module = new URL('./fixtures/echo.worker.mjs', import.meta.url);
const pools: WorkerPool[] = [];

async function startPool(options: Partial<WorkerPoolOptions> = {}): Promise<WorkerPool> {
  const pool = await WorkerPool.start({ module, name: 'echo', ...options });
  pools.push(pool);
  return pool;
}

afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
});

describe('WorkerPool', () => {
  it('passes init to the worker and the output to the caller', async () => {
    const pool = await startPool({ init: { greeting: 'hello' } });
    await expect(pool.call('echo', { a: [1] })).resolves.toEqual({ input: { a: [1] }, greeting: 'hello' });
  });

  it('runs one call at a time per worker and as many at once as there are workers', async () => {
    const pool = await startPool({ size: 2 });
    const highest = await Promise.all([1, 2, 3, 4].map(() => pool.call<number>('slow', { ms: 20 })));
    expect(Math.max(...highest)).toBe(1);
    const calls = [pool.call('slow', { ms: 20 }), pool.call('slow', { ms: 20 }), pool.call('slow', { ms: 20 })];
    expect(pool.busy).toBe(2);
    expect(pool.depth).toBe(1);
    await Promise.all(calls);
  });

  it('transfers buffers instead of copying them', async () => {
    const pool = await startPool();
    const samples = new Float32Array([1, 2, 3]);
    await expect(pool.call('sum', { samples }, { transfer: [samples.buffer] })).resolves.toBe(6);
    expect(samples.length).toBe(0);
  });

  it('returns an LlmosError with code, message and field, and another error with its message', async () => {
    const pool = await startPool();
    const refused = await pool.call('refuse', {}).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(LlmosError);
    expect(refused).toMatchObject({ code: 'INVALID_AUDIO', message: 'no sound in it', field: 'input.audio' });
    expect((refused as Error).cause).toMatchObject({ message: 'detail' });
    await expect(pool.call('fail', {})).rejects.toMatchObject({ name: 'RangeError', message: 'plain' });
    await expect(pool.call('nonsense', {})).rejects.toThrow(/no method "nonsense"; it has: echo/);
  });

  it('continues after inputs and outputs that cannot be cloned', async () => {
    const pool = await startPool();
    await expect(pool.call('echo', () => undefined)).rejects.toMatchObject({ name: 'DataCloneError' });
    await expect(pool.call('uncloneable', {})).rejects.toThrow();
    await expect(pool.call('echo', 1)).resolves.toMatchObject({ input: 1 });
  });

  it('rejects start with the error of a worker that cannot load', async () => {
    await expect(startPool({ init: { failStart: true }, size: 2 })).rejects.toMatchObject({
      code: 'NOT_FOUND',
      field: 'model',
    });
  });

  it.each(['die', 'crash'])(
    'rejects the call of a worker that is lost (%s) as UNAVAILABLE and restarts it',
    async (method) => {
      const pool = await startPool();
      await expect(pool.call(method, {})).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await expect(pool.call('echo', 2)).resolves.toMatchObject({ input: 2 });
    },
  );

  it('refuses calls beyond the queue limit as OVERLOADED', async () => {
    const pool = await startPool({ maxQueue: 1 });
    const running = pool.call('slow', { ms: 50 });
    const queued = pool.call('slow', { ms: 1 });
    await expect(pool.call('echo', 1)).rejects.toMatchObject({ code: 'OVERLOADED' });
    await Promise.all([running, queued]);
  });

  it('rejects an aborted call at once, queued or running, and continues with the next', async () => {
    const pool = await startPool();
    const [first, second] = [new AbortController(), new AbortController()];
    const running = pool.call('slow', { ms: 100 }, { signal: first.signal });
    const queued = pool.call('slow', { ms: 100 }, { signal: second.signal });
    const next = pool.call('echo', 'next');
    second.abort(new Error('gone'));
    await expect(queued).rejects.toThrow('gone');
    expect(pool.depth).toBe(1);
    first.abort(new Error('left'));
    await expect(running).rejects.toThrow('left');
    await expect(next).resolves.toMatchObject({ input: 'next' });
    await expect(pool.call('echo', 1, { signal: AbortSignal.abort(new Error('before')) })).rejects.toThrow('before');
  });

  it('finishes the running call on close, and refuses the others', async () => {
    const pool = await startPool();
    const running = pool.call('slow', { ms: 50 });
    const queued = pool.call('slow', { ms: 50 });
    const closed = pool.close();
    await expect(queued).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(pool.call('echo', 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(running).resolves.toBe(1);
    await closed;
  });

  it('runs no more calls at once than the device has slots, over all pools, and live runs first', async () => {
    const slots = new DeviceSlots(1);
    const [one, other] = [await startPool({ slots }), await startPool({ slots })];
    const order: string[] = [];
    const call = (pool: WorkerPool, lane: 'live' | 'durable', name: string) =>
      onBehalfOf({ lane, tenant: 'acme' }, () => pool.call('slow', { ms: 10 }).then(() => order.push(name)));
    const running = call(one, 'durable', 'first');
    const waiting = [
      call(other, 'durable', 'durable'),
      call(one, 'live', 'live of one pool'),
      call(other, 'live', 'live of the other'),
    ];
    expect([one.busy, other.busy, one.depth, other.depth]).toEqual([1, 0, 1, 2]);
    await Promise.all([running, ...waiting]);
    expect(order).toEqual(['first', 'live of one pool', 'live of the other', 'durable']);
  });

  it('frees the slot of a worker that was lost', async () => {
    const slots = new DeviceSlots(1);
    const [one, other] = [await startPool({ slots }), await startPool({ slots })];
    const lost = one.call('die', {});
    const next = other.call('echo', 1);
    await expect(lost).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(next).resolves.toMatchObject({ input: 1 });
  });
});
