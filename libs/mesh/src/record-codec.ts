import { decodeBody, encodeBody, JSON_TYPE, type Blobs, type PackedAnswer } from '@llmos/bus';
import { runRecordSchema, type RunRecord } from '@llmos/contracts';
import type { AtRest } from '@llmos/vault';
import { z } from 'zod';

export type RecordSealer = Pick<AtRest, 'seal' | 'open' | 'encrypts'>;

/** The outcome of a run. The rest of its record says only how far the run is. */
const outcomeSchema = runRecordSchema.pick({ result: true, details: true, error: true });
const storedSchema = runRecordSchema.extend({
  /** The outcome, encoded, under the key of the tenant. */
  sealed: z.base64().optional(),
  /** The terminal answer in the object store, instead of `sealed`. */
  dataref: z.string().optional(),
  /** Of the outcome; JSON if absent. */
  contentType: z.string().optional(),
});
const PURPOSE = 'run';

/**
 * Encodes records: the progress of the run in the clear, its outcome under the key of its tenant. An outcome that holds
 * bytes is a frame; one that is too large for a record is a reference to the terminal answer in the object store.
 */
export class RecordCodec {
  constructor(
    private readonly blobs: Pick<Blobs, 'find'>,
    private readonly sealer: RecordSealer | undefined,
  ) {}

  /** @param packed the terminal answer of the record, if it was stored already. */
  async encode(record: RunRecord, packed?: PackedAnswer): Promise<Uint8Array> {
    const { result, details, error, ...progress } = record;
    if (packed?.dataref) return toJson({ ...progress, dataref: packed.dataref, contentType: packed.contentType });
    if (result === undefined && details === undefined && error === undefined) return toJson(record);
    const { contentType, body } = encodeBody({ result, details, error });
    const isJson = contentType === JSON_TYPE;
    if (isJson && !this.sealer?.encrypts) return toJson(record);
    const sealed = this.sealer ? await this.sealer.seal(record.tenant, PURPOSE, record.run, body) : body;
    const outcome = { sealed: Buffer.from(sealed).toString('base64'), ...(isJson ? {} : { contentType }) };
    return toJson({ ...progress, ...outcome });
  }

  /**
   * A record whose outcome is no longer in the object store is returned without it.
   *
   * @throws LlmosError NOT_FOUND if the key of the tenant was destroyed.
   */
  async decode(value: Uint8Array): Promise<RunRecord> {
    const { sealed, dataref, contentType = JSON_TYPE, ...record } = storedSchema.parse(fromJson(value));
    const outcome =
      dataref === undefined ? await this.open(record, sealed) : await this.blobs.find(record.tenant, dataref);
    return outcome ? { ...record, ...outcomeSchema.parse(decodeBody(contentType, outcome)) } : record;
  }

  private async open({ tenant, run }: RunRecord, sealed: string | undefined): Promise<Uint8Array | undefined> {
    const bytes = sealed === undefined ? undefined : Buffer.from(sealed, 'base64');
    return bytes && this.sealer ? this.sealer.open(tenant, PURPOSE, run, bytes) : bytes;
  }
}

/** A record of a run that has not ended: it has no outcome. */
export function encodeProgress(record: RunRecord): Uint8Array {
  return toJson(record);
}

/** The record without its outcome, where that is not in the clear. */
export function peekRecord(value: Uint8Array): RunRecord {
  return runRecordSchema.parse(fromJson(value));
}

function toJson(value: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

function fromJson(value: Uint8Array): unknown {
  return JSON.parse(new TextDecoder().decode(value));
}
