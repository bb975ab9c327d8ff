import { AsyncLocalStorage } from 'node:async_hooks';
import { LANES, type Lane } from '@llmos/contracts';

const lanes = new AsyncLocalStorage<Lane>();

/** Runs the work of a run: everything that it queues for a shared resource, at any depth, goes to the run's lane. */
export function inLane<T>(lane: Lane, work: () => T): T {
  return lanes.run(lane, work);
}

/** The lane of the current run. Work outside a run, such as filling an index, counts as durable. */
export function currentLane(): Lane {
  return lanes.getStore() ?? 'durable';
}

/** How many live items are taken in a row while durable ones wait. */
const LIVE_IN_A_ROW = 8;

/** Items that wait for a shared resource: live before durable, in order within a lane; no lane starves the other. */
export class LaneQueue<T> {
  private readonly waiting: Record<Lane, T[]> = { live: [], durable: [] };
  private liveInARow = 0;

  /** Adds an item at the end of the current lane. */
  push(item: T): void {
    this.waiting[currentLane()].push(item);
  }

  /** Takes the first item that `canStart` accepts. */
  shift(canStart: (item: T) => boolean = () => true): T | undefined {
    const order: Lane[] = this.liveInARow < LIVE_IN_A_ROW ? ['live', 'durable'] : ['durable', 'live'];
    for (const lane of order) {
      const at = this.waiting[lane].findIndex(canStart);
      if (at < 0) continue;
      this.liveInARow = lane === 'live' && this.waiting.durable.length > 0 ? this.liveInARow + 1 : 0;
      return this.waiting[lane].splice(at, 1)[0];
    }
    return undefined;
  }

  count(matches: (item: T) => boolean = () => true): number {
    return LANES.reduce((sum, lane) => sum + this.waiting[lane].filter(matches).length, 0);
  }

  /** Removes and returns every item that `matches`, at any position. */
  remove(matches: (item: T) => boolean): T[] {
    return LANES.flatMap((lane) => {
      const removed = this.waiting[lane].filter(matches);
      this.waiting[lane] = this.waiting[lane].filter((item) => !removed.includes(item));
      return removed;
    });
  }
}
