import type { Observation } from '@llmos/contracts/capabilities/security';

/** A bounded queue: when it is full the oldest goes, and is counted. */
export class ObservationBuffer {
  private items: Observation[] = [];

  constructor(private readonly capacity: number) {}

  get size(): number {
    return this.items.length;
  }

  /** @returns how many were dropped for it. */
  add(observation: Observation): number {
    this.items.push(observation);
    // Twice the capacity before it is cut: moving the whole list for each request would cost more than the request.
    if (this.items.length < this.capacity * 2) return 0;
    this.items = this.items.slice(-this.capacity);
    return this.capacity;
  }

  /** The oldest `most` of the newest that fit. */
  takeBatch(most: number): { batch: Observation[]; dropped: number } {
    const dropped = Math.max(0, this.items.length - this.capacity);
    const kept = dropped > 0 ? this.items.slice(dropped) : this.items;
    const batch = kept.slice(0, most);
    this.items = kept.slice(most);
    return { batch, dropped };
  }
}
