import { WatchedBucket, type Bus, type KvBucket } from '@llmos/bus';
import { BUCKETS, nodeSchema, type Check, type NodeState } from '@llmos/contracts';

export const HEARTBEAT_MS = 3_000;
const TTL_MS = 4 * HEARTBEAT_MS;

/** The processes of the installation: each writes its state into one bucket every few seconds, and entries expire. */
export class Nodes {
  private watched: WatchedBucket<{ state: NodeState; seenAtMs: number }> | undefined;

  private constructor(private readonly bucket: KvBucket) {}

  static async open(bus: Bus): Promise<Nodes> {
    return new Nodes(await bus.kv(BUCKETS.nodes, { storage: 'memory', ttlMs: TTL_MS }));
  }

  /** Publishes the state of this process. */
  async announce(state: NodeState): Promise<void> {
    await this.bucket.put(state.node, new TextEncoder().encode(JSON.stringify(state)));
  }

  async leave(node: string): Promise<void> {
    await this.bucket.delete(node);
  }

  /** Keeps {@link list} up to date from now on. */
  async watch(): Promise<void> {
    this.watched = await WatchedBucket.open(this.bucket, {
      decode: (value) => ({
        state: nodeSchema.parse(JSON.parse(new TextDecoder().decode(value))),
        seenAtMs: Date.now(),
      }),
    });
  }

  /** The processes whose heartbeat has not expired. */
  list(): NodeState[] {
    const oldestMs = Date.now() - TTL_MS;
    for (const [node, { seenAtMs }] of this.watched?.entries() ?? [])
      if (seenAtMs < oldestMs) this.watched?.set(node, undefined);
    return [...(this.watched?.values() ?? [])].map(({ state }) => state);
  }

  /** The state of a capability: ready if a node is ready for it, else the first check that a node waits for. */
  checkOf(capability: string): Check {
    const able = this.list().filter(({ capabilities }) => capabilities.includes(capability));
    if (able.some((node) => isReadyFor(node, capability))) return { name: capability, state: 'ready' };
    const missing = able.flatMap((node) => missingFor(node, capability))[0];
    if (missing)
      return { ...missing, name: capability, message: missing.message ?? `${missing.name}: ${missing.state}` };
    return { name: capability, state: 'failed', message: `No service that does '${capability}' is running.` };
  }
}

/** The capabilities of a node that is of an older version are ready together. */
function isReadyFor({ ready, waiting }: NodeState, capability: string): boolean {
  return waiting ? !(capability in waiting) : ready;
}

function missingFor({ checks, waiting }: NodeState, capability: string): Check[] {
  const needed = waiting?.[capability];
  return checks.filter(({ name, state }) => state !== 'ready' && (needed?.includes(name) ?? true));
}
