import { onBehalfOf } from '@llmos/resilience';
import { setTimeout as pause } from 'node:timers/promises';
import { DeviceSlots, type CallRunner } from './device-slots.js';
import { PendingCall } from './pending-call.js';

describe('DeviceSlots', () => {
  /** Notes what starts, and what has started and not been released. */
  function poolOf(names: Map<PendingCall, string>) {
    const order: string[] = [];
    const running: PendingCall[] = [];
    const pool: CallRunner = {
      idle: true,
      run(call) {
        order.push(names.get(call)!);
        running.push(call);
        return true;
      },
    };
    return { pool, order, running };
  }
  const callOf = () => new PendingCall('encode', 'text', [], undefined, () => undefined);

  it('computes for as many calls at once as the device can, live ones first', () => {
    const names = new Map<PendingCall, string>();
    const { pool, order, running } = poolOf(names);
    const slots = new DeviceSlots(2);
    const enqueue = (lane: 'live' | 'durable', name: string) =>
      onBehalfOf({ lane, tenant: 'acme' }, () => {
        const call = callOf();
        names.set(call, name);
        slots.enqueue({ pool, call });
      });
    for (const name of ['d1', 'd2', 'd3']) enqueue('durable', name);
    enqueue('live', 'live');
    expect(order).toEqual(['d1', 'd2']);
    expect([slots.free, slots.depthOf(pool)]).toEqual([false, 2]);
    while (running.length > 0) slots.release(running.shift()!);
    expect(order).toEqual(['d1', 'd2', 'live', 'd3']);
    expect(slots.free).toBe(true);
  });

  it('computes for the tenant that has had less time, however many calls that were', async () => {
    const names = new Map<PendingCall, string>();
    const { pool, order, running } = poolOf(names);
    const slots = new DeviceSlots(1);
    const enqueue = (tenant: string) =>
      onBehalfOf({ lane: 'live', tenant }, () => {
        const call = callOf();
        names.set(call, tenant);
        slots.enqueue({ pool, call });
      });
    enqueue('other');
    for (let n = 0; n < 4; n++) for (const tenant of ['dear', 'cheap']) enqueue(tenant);
    while (running.length > 0) {
      const call = running.shift()!;
      if (names.get(call) === 'dear') await pause(100);
      slots.release(call);
    }
    expect(order).toEqual(['other', 'dear', 'cheap', 'cheap', 'cheap', 'cheap', 'dear', 'dear', 'dear']);
  });
});
