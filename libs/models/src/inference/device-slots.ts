import { availableParallelism } from 'node:os';
import { FairQueue } from '@llmos/resilience';
import type { Device } from './device.js';
import type { PendingCall } from './pending-call.js';

/** A pool of workers, as the slots see it. */
export interface CallRunner {
  /** Whether a worker is free. */
  readonly idle: boolean;
  /** Hands the call to a worker; false if the worker did not take it. */
  run(call: PendingCall): boolean;
}

interface WaitingCall {
  readonly pool: CallRunner;
  readonly call: PendingCall;
}

/**
 * The calls that may compute at once on one device of this process, whatever model and capability they are for: live
 * runs first, and tenants by the time that they have used. A service with several models does not start more computations than the device can do.
 */
export class DeviceSlots {
  private static readonly shared = new Map<Device, DeviceSlots>();

  /** The slots of a device, shared by the whole process: one for each core, one for any other device. */
  static of(device: Device): DeviceSlots {
    const known = this.shared.get(device) ?? new DeviceSlots(device === 'cpu' ? availableParallelism() : 1);
    this.shared.set(device, known);
    return known;
  }

  private readonly waiting = new FairQueue<WaitingCall>();
  /** The calls that compute, and how to charge their tenants. */
  private readonly running = new Map<PendingCall, () => void>();

  constructor(private readonly size: number) {}

  get free(): boolean {
    return this.running.size < this.size;
  }

  enqueue(call: WaitingCall): void {
    this.waiting.push(call);
    this.dispatch();
  }

  /** Calls of one pool that wait. */
  depthOf(pool: CallRunner): number {
    return this.waiting.count((each) => each.pool === pool);
  }

  /** Takes calls out of the queue before they start. */
  withdraw(matches: (waiting: WaitingCall) => boolean): WaitingCall[] {
    return this.waiting.remove(matches);
  }

  /** To be called when a started call has left its worker. */
  release(call: PendingCall): void {
    this.running.get(call)?.();
    this.running.delete(call);
    this.dispatch();
  }

  /** Starts what can start; to be called when a worker becomes idle. */
  dispatch(): void {
    while (this.free) {
      const next = this.waiting.shift(({ pool }) => pool.idle);
      if (!next) return;
      const { pool, call } = next.item;
      const startedAt = performance.now();
      if (pool.run(call)) this.running.set(call, () => next.charge(performance.now() - startedAt));
      else next.charge(0);
    }
  }
}
