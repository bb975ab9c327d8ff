import { BUCKETS, OBJECT_STORES } from '@llmos/contracts';
import type { JetStreamManager } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { isNotFound } from './broker-errors.js';
import { STREAMS } from './streams.js';

/** How long the broker keeps runs. Each kept run costs it about a kilobyte of memory. */
export interface Retention {
  /** The record of a run that has ended, its outcome, its result event, and for at most a day its idempotency key. */
  readonly endedMs: number;
  /** The longest that a run may take: its progress is kept for a little longer. */
  readonly longestMs: number;
}

const KEYS_MS = 24 * 3_600_000;
const PROGRESS_MORE_MS = 15 * 60_000;
/** A reference may be followed just before its message expires. */
export const OUTCOMES_MORE_MS = 2 * 3_600_000;

const RECORDS = `KV_${BUCKETS.runs}`;
const PROGRESS = `KV_${BUCKETS.progress}`;
const KEYS = `KV_${BUCKETS.idempotency}`;
const OUTCOMES = `OBJ_${OBJECT_STORES.outcomes}`;
/** The streams that keep runs, and are not among {@link STREAMS}. */
export const KEPT_RUNS = [RECORDS, PROGRESS, KEYS, OUTCOMES];

/** By the names of the streams, in milliseconds. */
export function agesOf({ endedMs, longestMs }: Retention): Readonly<Record<string, number>> {
  return {
    [STREAMS.results]: endedMs,
    [RECORDS]: endedMs,
    [PROGRESS]: longestMs + PROGRESS_MORE_MS,
    [KEYS]: Math.min(endedMs, KEYS_MS),
    [OUTCOMES]: endedMs + OUTCOMES_MORE_MS,
  };
}

/** Changes how long the streams of runs keep their messages, of those that exist, where it is not so yet. */
export async function applyRetention(jsm: JetStreamManager, retention: Retention): Promise<void> {
  await Promise.all(Object.entries(agesOf(retention)).map(([stream, ageMs]) => setAge(jsm, stream, nanos(ageMs))));
}

async function setAge(jsm: JetStreamManager, stream: string, maxAge: number): Promise<void> {
  try {
    const { config } = await jsm.streams.info(stream);
    if (config.max_age !== maxAge) await jsm.streams.update(stream, { max_age: maxAge });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
