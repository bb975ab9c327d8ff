import { createHash } from 'node:crypto';
import type { Bus, KvBucket } from '@llmos/bus';
import { BUCKETS } from '@llmos/contracts';
import { z } from 'zod';
import type { BaselineStore, LearntSubjects } from '../ports/baseline-store.port.js';
import { MINUTE_SIGNALS } from '../signals.js';
import type { SubjectMemory } from '../subject-watch.js';

const SHARDS = 16;
/** Keeps the largest entry well below the broker's limit for a message. */
const MAX_IN_A_SHARD = 600;

const baselineSchema = z.object({
  fastMean: z.number(),
  fastVariance: z.number().nonnegative(),
  slowMean: z.number(),
  slowVariance: z.number().nonnegative(),
  minutes: z.number().int().nonnegative(),
  lastMinute: z.number().int().nonnegative(),
});
const shardSchema = z.record(z.string(), z.partialRecord(z.enum(MINUTE_SIGNALS), baselineSchema));

/** Baselines in a JetStream KV bucket in file storage, in 16 entries of many subjects each. */
export class KvBaselineStore implements BaselineStore {
  private constructor(
    private readonly bucket: KvBucket,
    /** Receives each entry that cannot be read; the next save replaces it. */
    private readonly onUnreadable: (key: string, error: unknown) => void,
  ) {}

  static async open(bus: Bus, onUnreadable: (key: string, error: unknown) => void): Promise<KvBaselineStore> {
    return new KvBaselineStore(await bus.kv(BUCKETS.baselines, { history: 1, storage: 'file' }), onUnreadable);
  }

  async load(): Promise<LearntSubjects> {
    const keys = Array.from({ length: SHARDS }, (_, shard) => keyOf(shard));
    const shards = keys.map(async (key) => this.decode(key, (await this.bucket.get(key))?.value));
    return new Map((await Promise.all(shards)).flatMap((learnt) => [...learnt]));
  }

  async save(learnt: LearntSubjects): Promise<void> {
    const shards = new Map<number, Map<string, SubjectMemory>>();
    for (const [name, memory] of learnt) {
      const shard = createHash('sha256').update(name).digest()[0]! % SHARDS;
      if (!shards.has(shard)) shards.set(shard, new Map());
      shards.get(shard)!.set(name, memory);
    }
    for (const [shard, mine] of shards) {
      const key = keyOf(shard);
      await this.bucket.change(key, (value) => encode(merge(this.decode(key, value), mine)));
    }
  }

  private decode(key: string, value: Uint8Array | undefined): LearntSubjects {
    if (!value) return new Map();
    try {
      const shard = shardSchema.parse(JSON.parse(new TextDecoder().decode(value)));
      return new Map(Object.entries(shard) as [string, SubjectMemory][]);
    } catch (error) {
      this.onUnreadable(key, error);
      return new Map();
    }
  }
}

/** Keeps, of two baselines of a subject, the one of more minutes; of too many subjects, those seen last. */
function merge(theirs: LearntSubjects, mine: LearntSubjects): LearntSubjects {
  const merged = new Map(theirs);
  for (const [name, memory] of mine) {
    const other = merged.get(name);
    if (!other || weightOf(other) <= weightOf(memory)) merged.set(name, memory);
  }
  const byLastSeen = [...merged].sort(([, a], [, b]) => lastSeen(b) - lastSeen(a));
  return new Map(byLastSeen.slice(0, MAX_IN_A_SHARD));
}

function weightOf(memory: SubjectMemory): number {
  return memory.request_rate?.minutes ?? 0;
}

function lastSeen(memory: SubjectMemory): number {
  return memory.request_rate?.lastMinute ?? 0;
}

function encode(learnt: LearntSubjects): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(Object.fromEntries(learnt)));
}

function keyOf(shard: number): string {
  return `shard-${shard}`;
}
