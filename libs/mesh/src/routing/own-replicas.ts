import type { Delivery } from '@llmos/bus';
import type { Capability } from '@llmos/contracts';
import { OwnReplica, type OwnReplicaOptions } from './own-replica.js';

/** This process as a replica of each of its capabilities that declare what they read. */
export class OwnReplicas {
  private readonly kept = new Map<string, number>();
  private readonly all = new Map<string, OwnReplica>();

  /** @param options undefined: nothing is told, so that every task is for all replicas. */
  constructor(private readonly options: OwnReplicaOptions | undefined) {}

  /**
   * Says how many different beginnings the engine of a capability keeps; a service that does not know says nothing.
   *
   * @param most 0: replicas are chosen by their load alone.
   */
  keep({ name }: Capability, most: number): void {
    this.kept.set(name, most);
    this.all.get(name)?.load.keep(most);
  }

  /** @returns undefined if the capability declares nothing. */
  add(
    capability: Capability,
    process: (delivery: Delivery) => Promise<void>,
    inWork: () => number,
  ): OwnReplica | undefined {
    if (!this.options || !capability.reads) return undefined;
    const own = new OwnReplica(capability, this.options, process, inWork);
    const most = this.kept.get(capability.name);
    if (most !== undefined) own.load.keep(most);
    this.all.set(capability.name, own);
    return own;
  }

  /** No more tasks are to be sent to this process. */
  leave(): void {
    for (const own of this.all.values()) own.leave();
  }
}
