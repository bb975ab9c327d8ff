import type { StoredMessage, StreamHead } from '@llmos/bus';

/** How a stream of the copy compares with that of the running instance. */
export interface StreamComparison {
  readonly name: string;
  /** Messages that both have, with the same subject, headers and body under the same number. */
  readonly same: number;
  /** Messages that the running instance took after the backup: they would be lost. */
  readonly newer: number;
  /** When the oldest of them was stored, in milliseconds since 1970. */
  readonly newerSinceMs?: number;
  /** Messages of the copy that the running instance has processed, replaced or removed since. */
  readonly gone: number;
  /** What no later change explains. */
  readonly faults: readonly string[];
}

export interface ComparedStream {
  /** As it is in the backup. */
  readonly head: StreamHead;
  readonly copy: AsyncIterable<StoredMessage>;
  readonly running: AsyncIterable<StoredMessage>;
}

/** What expires is removed within this time, in milliseconds. */
const EXPIRY_SLACK_MS = 300_000;
const NANOS = 1_000_000;
const MAX_FAULTS = 5;

/**
 * Compares a restored stream with the running one, message by message. A broker never changes a message or gives its
 * number to another one, so whatever the running stream still has from the time of the backup must be in the copy.
 */
export async function compareStream(
  { head, copy, running }: ComparedStream,
  nowMs = Date.now(),
): Promise<StreamComparison> {
  const { name } = head.config;
  const last = head.state.last_seq;
  const mine = copy[Symbol.asyncIterator]();
  const theirs = running[Symbol.asyncIterator]();
  const faults: string[] = [];
  const fault = (text: string) => faults.length < MAX_FAULTS && faults.push(text);
  let [same, newer, gone] = [0, 0, 0];
  let newerSinceMs: number | undefined;
  let mineIs = await next(mine);
  let theirsIs = await next(theirs);
  for (;;) {
    // What the copy has beyond the backup is its own: a schedule that became due.
    if (mineIs && mineIs.sequence > last) mineIs = undefined;
    if (!mineIs && !theirsIs) break;
    if (theirsIs && theirsIs.sequence > last && !mineIs) {
      newer++;
      newerSinceMs ??= theirsIs.storedAtMs;
      theirsIs = await next(theirs);
    } else if (mineIs && (!theirsIs || mineIs.sequence < theirsIs.sequence)) {
      gone++;
      mineIs = await next(mine);
    } else if (theirsIs && (!mineIs || theirsIs.sequence < mineIs.sequence)) {
      if (!mayBeMissing(head, theirsIs, nowMs))
        fault(`message ${theirsIs.sequence} (${theirsIs.subject}) is not in the copy`);
      theirsIs = await next(theirs);
    } else {
      if (mineIs?.digest === theirsIs?.digest) same++;
      else fault(`message ${mineIs?.sequence} (${mineIs?.subject}) has another content in the copy`);
      mineIs = await next(mine);
      theirsIs = await next(theirs);
    }
  }
  return { name, same, newer, ...(newerSinceMs === undefined ? {} : { newerSinceMs }), gone, faults };
}

/** It can have expired in the copy a little earlier, or become due there. */
function mayBeMissing({ config }: StreamHead, { expires, storedAtMs }: StoredMessage, nowMs: number): boolean {
  if (expires || config.allow_msg_schedules) return true;
  const { max_age: maxAge = 0 } = config;
  return maxAge > 0 && nowMs - storedAtMs > maxAge / NANOS - EXPIRY_SLACK_MS;
}

async function next<T>(messages: AsyncIterator<T>): Promise<T | undefined> {
  const { done, value } = await messages.next();
  return done ? undefined : value;
}
