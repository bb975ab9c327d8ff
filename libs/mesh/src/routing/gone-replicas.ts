import { replicaConsumer, type Bus } from '@llmos/bus';
import type { ReplicaPlace, Replicas } from './replicas.js';

/** Tasks of a replica that is gone are looked for during this time: by then nobody sends any to it. */
const LOOK_MS = 30_000;
const CAPACITY = 32;

/** Passes the tasks of replicas that are gone, or stand still, to all replicas. Every gateway does. */
export class GoneReplicas {
  private readonly ends = new Map<string, () => void>();

  constructor(
    private readonly bus: Bus,
    replicas: Replicas,
  ) {
    replicas.onGone((replica, isGone) => {
      this.ends.get(keyOf(replica))?.();
      if (isGone) this.begin(replica);
    });
  }

  stop(): void {
    for (const end of this.ends.values()) end();
  }

  private begin(replica: ReplicaPlace): void {
    const consumer = replicaConsumer(replica.capability, replica.place);
    const endPulling = this.bus.consumeInstead(consumer, CAPACITY, (task) => this.bus.runs.passToAll(task));
    const end = () => {
      clearTimeout(timer);
      this.ends.delete(keyOf(replica));
      void endPulling();
    };
    const timer = setTimeout(end, LOOK_MS).unref();
    this.ends.set(keyOf(replica), end);
  }
}

const keyOf = ({ capability, place }: ReplicaPlace) => `${capability}.${place}`;
