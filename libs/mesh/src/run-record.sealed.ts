import { runRecordSchema, type RunRecord } from '@llmos/contracts';
import { z } from 'zod';
import type { AtRest } from '@llmos/vault';

export type RecordSealer = Pick<AtRest, 'seal' | 'open' | 'encrypts'>;

/** What a run said; all the rest of its record says only how far it is. */
const outcomeSchema = runRecordSchema.pick({ result: true, details: true, error: true });
const storedSchema = runRecordSchema.extend({ sealed: z.base64().optional() });
const PURPOSE = 'run';

/** A record as it is stored: how far the run is in the clear, what it said under its tenant's key. */
export async function sealRecord(record: RunRecord, sealer: RecordSealer | undefined): Promise<Uint8Array> {
  const { result, details, error, ...progress } = record;
  const hasOutcome = result !== undefined || details !== undefined || error !== undefined;
  if (!sealer?.encrypts || !hasOutcome) return encode(record);
  const sealed = await sealer.seal(record.tenant, PURPOSE, record.run, encode({ result, details, error }));
  return encode({ ...progress, sealed: Buffer.from(sealed).toString('base64') });
}

/** @throws LlmosError NOT_FOUND when the tenant's key has been destroyed. */
export async function openRecord(value: Uint8Array, sealer: RecordSealer | undefined): Promise<RunRecord> {
  const { sealed, ...record } = storedSchema.parse(decode(value));
  if (sealed === undefined) return record;
  if (!sealer) throw new Error('the record is sealed, and this process has no keys');
  const outcome = await sealer.open(record.tenant, PURPOSE, record.run, Buffer.from(sealed, 'base64'));
  return { ...record, ...outcomeSchema.parse(decode(outcome)) };
}

/** The record without what is sealed. */
export function peekRecord(value: Uint8Array): RunRecord {
  return runRecordSchema.parse(decode(value));
}

function encode(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function decode(value: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(value));
}
