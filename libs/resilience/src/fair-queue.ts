import { AsyncLocalStorage } from 'node:async_hooks';
import { LANES, type Lane } from '@llmos/contracts';

/** For whom work is done. */
export interface Owner {
  readonly lane: Lane;
  readonly tenant: string;
}

const owners = new AsyncLocalStorage<Owner>();
/** Work outside a run, such as filling an index. */
const NOBODY: Owner = { lane: 'durable', tenant: '' };

/** Does the work of a run: everything that it queues for a shared resource, at any depth, is queued for its owner. */
export function onBehalfOf<T>(owner: Owner, work: () => T): T {
  return owners.run(owner, work);
}

/** The owner of the current run. */
export function currentOwner(): Owner {
  return owners.getStore() ?? NOBODY;
}

/** How many live items are taken in a row while durable ones wait. */
const LIVE_IN_A_ROW = 8;
/** How much a new measurement counts in the mean cost. */
const SHARE_OF_LATEST = 0.1;

export interface PushOptions {
  readonly owner?: Owner;
  /** Of several items of a tenant, the one with the highest priority is taken first. */
  readonly priority?: number;
}

/** An item that was taken out of the queue. */
export interface Turn<T> {
  readonly item: T;
  readonly owner: Owner;
  /** Says what the item has cost, in any unit, the same for all. Until then, the mean is assumed. */
  charge(cost: number): void;
}

interface Entry<T> {
  readonly item: T;
  readonly priority: number;
}

/** A tenant in one lane. */
interface Flow<T> {
  entries: Entry<T>[];
  /** What was used, lifted to the virtual time of the lane when the tenant had nothing to do. */
  used: number;
  running: number;
}

/**
 * Items that wait for a shared resource. Live items are taken before durable ones, which have at least every ninth turn.
 * Within a lane the tenant goes first that has used least, by measured cost; a tenant that was idle has no credit from
 * that time. Within a tenant: by priority, then in order. If anything can start, something does.
 *
 * This is start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996) with costs that are known afterwards, as in the
 * virtual token counter of Sheng et al., OSDI 2024: a tenant that always waits is ahead of another one by no more than
 * the cost of what it has in progress.
 */
export class FairQueue<T> {
  private readonly lanes: Readonly<Record<Lane, FairLane<T>>> = { live: new FairLane(), durable: new FairLane() };
  private liveInARow = 0;

  /** By default for the {@link currentOwner}. */
  push(item: T, { owner = currentOwner(), priority = 0 }: PushOptions = {}): void {
    this.lanes[owner.lane].push(item, owner.tenant, priority);
  }

  /** Takes the first item that `canStart` accepts. */
  shift(canStart: (item: T, owner: Owner) => boolean = () => true): Turn<T> | undefined {
    const { durable } = this.lanes;
    const order: Lane[] = this.liveInARow < LIVE_IN_A_ROW ? ['live', 'durable'] : ['durable', 'live'];
    for (const lane of order) {
      const turn = this.lanes[lane].shift((item, tenant) => canStart(item, { lane, tenant }));
      if (!turn) continue;
      this.liveInARow = lane === 'live' && durable.size > 0 ? this.liveInARow + 1 : 0;
      return { ...turn, owner: { lane, tenant: turn.tenant } };
    }
    return undefined;
  }

  count(matches: (item: T, owner: Owner) => boolean = () => true): number {
    return LANES.reduce(
      (sum, lane) => sum + this.lanes[lane].count((item, tenant) => matches(item, { lane, tenant })),
      0,
    );
  }

  /** Removes and returns every item that `matches`, at any position. */
  remove(matches: (item: T) => boolean): T[] {
    return LANES.flatMap((lane) => this.lanes[lane].remove(matches));
  }
}

class FairLane<T> {
  private readonly flows = new Map<string, Flow<T>>();
  /** What the tenant that started last had used before. */
  private virtualTime = 0;
  private meanCost = 1;
  private isMeasured = false;
  size = 0;

  push(item: T, tenant: string, priority: number): void {
    const flow = this.flows.get(tenant) ?? { entries: [], used: this.virtualTime, running: 0 };
    // Nobody saves turns for later.
    if (flow.entries.length === 0) flow.used = Math.max(flow.used, this.virtualTime);
    this.flows.set(tenant, flow);
    let at = flow.entries.length;
    while (at > 0 && flow.entries[at - 1]!.priority < priority) at--;
    flow.entries.splice(at, 0, { item, priority });
    this.size++;
  }

  shift(
    canStart: (item: T, tenant: string) => boolean,
  ): { item: T; tenant: string; charge: (cost: number) => void } | undefined {
    const waiting = [...this.flows].filter(([, { entries }]) => entries.length > 0);
    // Equal use: the order of arrival, which the map keeps. Sorting is stable.
    for (const [tenant, flow] of waiting.sort(([, a], [, b]) => a.used - b.used)) {
      const at = flow.entries.findIndex(({ item }) => canStart(item, tenant));
      if (at < 0) continue;
      const [{ item }] = flow.entries.splice(at, 1) as [Entry<T>];
      this.size--;
      return { item, tenant, charge: this.start(flow) };
    }
    return undefined;
  }

  count(matches: (item: T, tenant: string) => boolean): number {
    let count = 0;
    for (const [tenant, { entries }] of this.flows) for (const { item } of entries) if (matches(item, tenant)) count++;
    return count;
  }

  remove(matches: (item: T) => boolean): T[] {
    const removed: T[] = [];
    for (const flow of this.flows.values()) {
      const kept = flow.entries.filter(({ item }) => !matches(item));
      if (kept.length === flow.entries.length) continue;
      removed.push(...flow.entries.filter((entry) => !kept.includes(entry)).map(({ item }) => item));
      flow.entries = kept;
    }
    this.size -= removed.length;
    if (removed.length > 0) this.forgetIdle();
    return removed;
  }

  private start(flow: Flow<T>): (cost: number) => void {
    const assumed = this.meanCost;
    this.virtualTime = Math.max(this.virtualTime, flow.used);
    flow.used += assumed;
    flow.running++;
    let isCharged = false;
    return (cost) => {
      if (isCharged) return;
      isCharged = true;
      this.meanCost = this.isMeasured ? this.meanCost + SHARE_OF_LATEST * (cost - this.meanCost) : cost;
      this.isMeasured = true;
      flow.used += cost - assumed;
      flow.running--;
      this.forgetIdle();
    };
  }

  /** A tenant without work is remembered for as long as it has used more than the others. */
  private forgetIdle(): void {
    let isIdle = true;
    for (const [tenant, { entries, running, used }] of this.flows) {
      if (entries.length > 0 || running > 0) isIdle = false;
      else if (used <= this.virtualTime) this.flows.delete(tenant);
    }
    if (isIdle) this.flows.clear();
  }
}
