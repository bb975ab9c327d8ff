import type { JetStreamManager } from '@nats-io/jetstream';
import type { Connection } from './connection.js';
import { PullLoop, type Delivery } from './pull-loop.js';
import type { ConsumerSpec } from './topology.js';

type OnDelivery = (delivery: Delivery) => Promise<void>;

/** A request of a process that pulls in place of another ends soon after that one is back. */
const INSTEAD_REQUEST_MS = 300;

/** The pull loops of one connection. */
export class PullLoops {
  private readonly own = new Set<PullLoop>();
  private readonly beside = new Set<PullLoop>();

  constructor(
    private readonly connection: Connection,
    private readonly jsm: JetStreamManager,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Whether every loop pulls, without those that are beside others or instead of them. */
  get arePulling(): boolean {
    return [...this.own].every((loop) => loop.isPulling);
  }

  add(consumer: ConsumerSpec, capacity: number, onDelivery: OnDelivery): PullLoop {
    const loop = this.begin(consumer, capacity, onDelivery, () => this.connection.changed());
    this.own.add(loop);
    this.connection.changed();
    return loop;
  }

  addInstead(consumer: ConsumerSpec, capacity: number, onDelivery: OnDelivery): () => Promise<void> {
    return this.addBeside({ ...consumer, requestMs: INSTEAD_REQUEST_MS }, capacity, onDelivery);
  }

  addBeside(consumer: ConsumerSpec, capacity: number, onDelivery: OnDelivery): () => Promise<void> {
    const loop = this.begin(consumer, capacity, onDelivery, () => undefined);
    this.beside.add(loop);
    return () => {
      this.beside.delete(loop);
      return loop.finish();
    };
  }

  /** The connection was lost. */
  restart(): void {
    for (const loop of this.all) loop.restart();
  }

  /** Waits, at most `graceMs`, for the deliveries in progress. */
  async stop(graceMs: number): Promise<void> {
    await Promise.all(this.all.map((loop) => loop.stop(graceMs)));
    this.own.clear();
    this.beside.clear();
  }

  private get all(): PullLoop[] {
    return [...this.own, ...this.beside];
  }

  private begin(consumer: ConsumerSpec, capacity: number, onDelivery: OnDelivery, onChange: () => void): PullLoop {
    const { connection, jsm, onError } = this;
    return new PullLoop(connection, jsm, { consumer, capacity, onDelivery, onError, onChange });
  }
}
