import type { Observation } from '@llmos/contracts/capabilities/security';

/** A bounded queue: when it is full, the oldest observations are dropped and counted. */
export class ObservationBuffer {
  private items: Observation[] = [];

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.items.length;
  }

  /** @returns how many observations were dropped. */
  add(observation: Observation): number {
    this.items.push(observation);
    // Cut at twice the capacity: moving the whole list for each request would cost more than the request.
    if (this.items.length < this.capacity * 2) return 0;
    this.items = this.items.slice(-this.capacity);
    return this.capacity;
  }

  /** Removes the oldest `max` of the newest observations that fit the capacity. */
  takeBatch(max: number): { batch: Observation[]; dropped: number } {
    const dropped = Math.max(0, this.items.length - this.capacity);
    const kept = dropped > 0 ? this.items.slice(dropped) : this.items;
    const batch = kept.slice(0, max);
    this.items = kept.slice(max);
    return { batch, dropped };
  }
}
