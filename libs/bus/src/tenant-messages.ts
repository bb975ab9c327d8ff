import { subjects } from '@llmos/contracts';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { Blobs } from './blobs.js';
import { eraseMessage } from './erase-message.js';
import type { ObjectBucket } from './objects.js';
import { storedHeaders } from './stored-messages.js';
import { STREAMS } from './topology.js';
import { viaBroker } from './broker-errors.js';

/** Overwriting a message in a full block costs the broker some 10 ms: what this does not suffice for is purged. */
const OVERWRITE_FOR_MS = 15_000;

/** How many messages of a tenant went, and of how many the bytes were overwritten in the broker's files at once. */
export interface ForgottenMessages {
  readonly removed: number;
  readonly overwritten: number;
}

interface TenantStores {
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly blobs: Blobs;
  readonly letterObjects: ObjectBucket;
}

/**
 * Removes what the streams hold of a tenant beside work under way: results, dead letters, schedules, answers. Messages
 * on disk are overwritten in the broker's files one by one for a while; those left then are purged, which hides them
 * from every reader, and their bytes go when the broker next drops or rewrites their block. May be repeated.
 */
export async function forgetTenant(
  { js, jsm, blobs, letterObjects }: TenantStores,
  tenant: string,
): Promise<ForgottenMessages> {
  const untilMs = Date.now() + OVERWRITE_FOR_MS;
  return viaBroker(async () => {
    let [removed, overwritten] = [0, 0];
    for (const [stream, filter] of [
      [STREAMS.deadLetters, subjects.deadLettersOf(tenant)],
      [STREAMS.results, subjects.resultsOf(tenant)],
    ] as const) {
      overwritten += await overwrite({ js, jsm, stream, filter }, untilMs);
      removed += (await jsm.streams.purge(stream, { filter })).purged;
    }
    // A work queue lets nobody read beside its consumers. What lies here was sealed.
    for (const filter of [subjects.schedules(tenant), subjects.dueOf(tenant)])
      removed += (await jsm.streams.purge(STREAMS.schedules, { filter })).purged;
    await letterObjects.deleteAll(`${tenant}.`);
    await blobs.forget(tenant);
    removed += await forgetAnswers(js, jsm, tenant);
    return { removed: removed + overwritten, overwritten };
  });
}

interface Place {
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly stream: string;
  readonly filter: string;
}

async function overwrite({ js, jsm, stream, filter }: Place, untilMs: number): Promise<number> {
  let count = 0;
  for await (const { seq } of storedHeaders(js, stream, filter)) {
    if (Date.now() > untilMs) break;
    await eraseMessage(jsm, stream, seq);
    count++;
  }
  return count;
}

/** Their subjects name runs; whose they are is in their headers. They lie in memory, for minutes. */
async function forgetAnswers(js: JetStreamClient, jsm: JetStreamManager, tenant: string): Promise<number> {
  const runs = new Set<string>();
  for await (const { subject, headers } of storedHeaders(js, STREAMS.answers, subjects.answers()))
    if (headers?.get('ce-tenant') === tenant) runs.add(subject);
  let removed = 0;
  for (const filter of runs) removed += (await jsm.streams.purge(STREAMS.answers, { filter })).purged;
  return removed;
}
