import type { Bus, KvBucket } from '@llmos/bus';
import { nodeSchema, type NodeState } from '@llmos/contracts';

const BUCKET = 'llmos-nodes';
export const HEARTBEAT_MS = 3_000;
const TTL_MS = 4 * HEARTBEAT_MS;

/** Who is there: every process writes its state into one bucket every few seconds, and entries fade when it stops. */
export class Nodes {
  private readonly states = new Map<string, { state: NodeState; seenAtMs: number }>();

  private constructor(private readonly bucket: KvBucket) {}

  static async open(bus: Bus): Promise<Nodes> {
    return new Nodes(await bus.kv(BUCKET, { storage: 'memory', ttlMs: TTL_MS }));
  }

  /** Says that this process is there. */
  async announce(state: NodeState): Promise<void> {
    await this.bucket.put(state.node, new TextEncoder().encode(JSON.stringify(state)));
  }

  async leave(node: string): Promise<void> {
    await this.bucket.delete(node);
  }

  /** Keeps {@link list} up to date from now on. */
  async watch(): Promise<void> {
    await this.bucket.watch({
      onEntry: ({ key, value }) => {
        if (!value) this.states.delete(key);
        else {
          const parsed = nodeSchema.safeParse(JSON.parse(new TextDecoder().decode(value)));
          if (parsed.success) this.states.set(key, { state: parsed.data, seenAtMs: Date.now() });
        }
      },
    });
  }

  /** The processes seen lately. */
  list(): NodeState[] {
    const oldest = Date.now() - TTL_MS;
    for (const [node, { seenAtMs }] of this.states) if (seenAtMs < oldest) this.states.delete(node);
    return [...this.states.values()].map(({ state }) => state);
  }
}
