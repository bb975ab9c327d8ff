import { replicaConsumer, type Bus, type Delivery } from '@llmos/bus';
import { MAX_PLACES, type Capability } from '@llmos/contracts';
import type { Logger } from '@llmos/telemetry';
import { taskMetrics } from '../metrics.js';
import { OwnLoad, type Begun } from './own-load.js';
import { prefixOf } from './prefix.js';
import { REPEAT_MS, type Replicas } from './replicas.js';

/** Changes of the load within this time are told together. */
const GATHER_MS = 10;
/** One in so many repeated signs has all keys: for processes that have heard none before, and for what is not held any more. */
const WHOLE_EVERY = 25;

export interface OwnReplicaOptions {
  readonly bus: Bus;
  readonly replicas: Replicas;
  readonly log: Logger;
  /** The process. */
  readonly node: string;
  /** Tasks in progress at once. What comes beyond is passed to all replicas. */
  readonly concurrency: number;
}

/**
 * This process as one of the replicas of a capability: it takes a place that is free, tells its load, and does the tasks
 * that are sent to it. None waits here: one that would is passed to all replicas.
 */
export class OwnReplica {
  readonly load: OwnLoad;
  private place: number | undefined;
  private endPulling: (() => Promise<void>) | undefined;
  private repeat: NodeJS.Timeout | undefined;
  private gathering: NodeJS.Timeout | undefined;
  private left = false;
  private repeats = 0;

  /** @param inWork how many tasks the process has in progress. */
  constructor(
    private readonly capability: Capability,
    private readonly options: OwnReplicaOptions,
    private readonly process: (delivery: Delivery) => Promise<void>,
    private readonly inWork: () => number,
  ) {
    this.load = new OwnLoad(capability.reads ?? [], () => this.tellSoon());
  }

  /** A live task begins. */
  begin(tenant: string, input: unknown): Begun {
    return this.load.begin(prefixOf(tenant, this.capability.reads ?? [], input));
  }

  /** Takes a place. */
  join(): void {
    const { node, replicas } = this.options;
    replicas.onSign(({ capability, place }, sign) => {
      const isOther = capability === this.capability.name && place === this.place && sign.node !== node;
      // Both have taken it at once, or this process was thought to be gone.
      if (isOther && !sign.leaving && sign.node < node) this.move();
    });
    this.take();
    this.repeat = setInterval(() => this.tell({ whole: ++this.repeats % WHOLE_EVERY === 0 }), REPEAT_MS);
  }

  /** Tells that it takes no more tasks. To be called before the bus stops pulling, which waits for those in progress. */
  leave(): void {
    this.left = true;
    clearInterval(this.repeat);
    clearTimeout(this.gathering);
    this.tell({ leaving: true });
  }

  private move(): void {
    if (this.left) return;
    void this.endPulling?.();
    this.take();
  }

  private take(): void {
    const { bus, replicas, node, concurrency, log } = this.options;
    const { name } = this.capability;
    const taken = replicas.placesOf(name);
    const places = Array.from({ length: MAX_PLACES }, (_, place) => place);
    this.place = places.find((place) => (taken.get(place) ?? node) === node && place !== this.place);
    if (this.place === undefined) {
      log.warn({ capability: name, places: MAX_PLACES }, 'all places are taken: only tasks for all replicas are done');
      return;
    }
    const consumer = replicaConsumer(name, this.place);
    this.endPulling = bus.consumeBeside(consumer, 2 * concurrency, (delivery) => this.receive(delivery));
    this.tell({ whole: true });
  }

  private async receive(delivery: Delivery): Promise<void> {
    if (this.inWork() < this.options.concurrency) return this.process(delivery);
    taskMetrics.routed.inc({ capability: this.capability.name, to: 'all, passed on' });
    await this.options.bus.runs.passToAll(delivery);
  }

  private tellSoon(): void {
    this.gathering ??= setTimeout(() => this.tell(), GATHER_MS).unref();
  }

  private tell({ leaving = false, whole = false } = {}): void {
    clearTimeout(this.gathering);
    this.gathering = undefined;
    if (this.place === undefined || (this.left && !leaving)) return;
    const { bus, node } = this.options;
    bus.signs.tellReplica(this.capability.name, this.place, { node, leaving, ...this.load.sign(whole) });
  }
}
