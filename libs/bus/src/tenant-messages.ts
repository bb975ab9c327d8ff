import { subjects } from '@llmos/contracts';
import { steadyNow } from '@llmos/resilience';
import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { Blobs } from './blobs.js';
import { eraseMessage } from './erase-message.js';
import type { ObjectBucket } from './objects.js';
import { storedHeaders } from './stored-messages.js';
import { STREAMS } from './topology.js';
import { viaBroker } from './broker-errors.js';

/** Overwriting a message in a full block takes the broker about 10 ms. Messages left after this time are purged. */
const OVERWRITE_FOR_MS = 15_000;

/** How many messages of a tenant were removed, and how many of them were overwritten at once in the broker's files. */
export interface ForgottenMessages {
  readonly removed: number;
  readonly overwritten: number;
}

interface TenantStores {
  readonly js: JetStreamClient;
  readonly jsm: JetStreamManager;
  readonly blobs: Blobs;
  readonly deadLetterObjects: ObjectBucket;
}

/**
 * Removes the results, dead letters, schedules and answers of a tenant; work in progress stays. Messages on disk are
 * overwritten one by one for 15 s. The rest is purged: hidden from every reader, and gone from disk when the broker
 * next drops or rewrites their block. The call can be repeated.
 */
export async function forgetTenant(
  { js, jsm, blobs, deadLetterObjects }: TenantStores,
  tenant: string,
): Promise<ForgottenMessages> {
  const untilMs = steadyNow() + OVERWRITE_FOR_MS;
  return viaBroker(async () => {
    let [removed, overwritten] = [0, 0];
    for (const [stream, filter] of [
      [STREAMS.deadLetters, subjects.deadLettersOf(tenant)],
      [STREAMS.results, subjects.resultsBelow(tenant)],
    ] as const) {
      overwritten += await overwrite({ js, jsm, stream, filter }, untilMs);
      removed += (await jsm.streams.purge(stream, { filter })).purged;
    }
    // Only the consumers of a work queue can read it, so its messages are purged without overwriting. They were sealed.
    for (const filter of [subjects.schedules(tenant), subjects.dueOf(tenant)])
      removed += (await jsm.streams.purge(STREAMS.schedules, { filter })).purged;
    await deadLetterObjects.deleteAll(`${tenant}.`);
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
    if (steadyNow() > untilMs) break;
    await eraseMessage(jsm, stream, seq);
    count++;
  }
  return count;
}

/** The subject of an answer names its run; the tenant is in the headers. Answers are kept in memory for minutes. */
async function forgetAnswers(js: JetStreamClient, jsm: JetStreamManager, tenant: string): Promise<number> {
  const runs = new Set<string>();
  for await (const { subject, headers } of storedHeaders(js, STREAMS.answers, subjects.answers()))
    if (headers?.get('ce-tenant') === tenant) runs.add(subject);
  let removed = 0;
  for (const filter of runs) removed += (await jsm.streams.purge(STREAMS.answers, { filter })).purged;
  return removed;
}
