import { z } from 'zod';
import { CliError } from '../cli-error.js';

/**
 * A backup file: the mark, the header behind its length (u32, big endian) and followed by its SHA-256, sealed records,
 * and at the end the size of the whole (u64) with the mark of the end.
 *
 * A record: the length of what is sealed (u32), its kind (u8), and the payload sealed under the file's own data key. It
 * is bound to the header, to its place and to its kind, so that records cannot be changed, moved or left out, and the
 * last one is the contents.
 */
export const MARK = Buffer.from('LLMOSBAK', 'latin1');
export const END_MARK = Buffer.from('LLMOSEND', 'latin1');
export const FORMAT = 1;
export const HASH_BYTES = 32;
export const LENGTH_BYTES = 4;
export const RECORD_HEAD_BYTES = LENGTH_BYTES + 1;
export const END_BYTES = 8 + END_MARK.length;
export const MAX_HEADER_BYTES = 16_384;
export const MAX_RECORD_BYTES = 8_388_608;
/** What a backup's data key is wrapped for. No tenant has this name. */
export const KEY_LABEL = { tenant: '~backup', version: FORMAT };

export const RECORD = {
  /** A stream begins: what the broker says of it. */
  stream: 1,
  /** A piece of the stream's archive. */
  piece: 2,
  streamEnd: 3,
  /** What is in the file; the last record. */
  contents: 4,
} as const;
export type RecordKind = (typeof RECORD)[keyof typeof RECORD];

/** What every file of every format says in the clear. */
export const anyHeaderSchema = z.object({ format: z.number() });
export const headerSchema = z.object({
  createdAt: z.iso.datetime(),
  /** The nats-server it was taken from. */
  broker: z.string(),
  /** Which master key wrapped the data key. */
  master: z.string(),
  wrapped: z.base64(),
});
export type BackupHeader = z.infer<typeof headerSchema>;

const streamSchema = z.object({
  name: z.string(),
  messages: z.number(),
  /** Of the archive. */
  sizeBytes: z.number(),
  /** Of the archive, in hex. */
  sha256: z.string(),
});
export type BackedUpStream = z.infer<typeof streamSchema>;
export const contentsSchema = z.object({ streams: z.array(streamSchema) });

/** The broker's own words, given back to it as they were. */
export const streamHeadSchema = z.object({
  config: z.looseObject({ name: z.string() }),
  state: z.looseObject({ messages: z.number() }),
});

/** What a record is bound to beside the key. */
export function bindingOf(headerHash: Buffer, place: number, kind: number): { purpose: string; aad: string } {
  return { purpose: 'backup', aad: `${headerHash.toString('hex')}/${place}/${kind}` };
}

const COPY_AGAIN = 'copy it again from where it was made, or take another backup';

export const notABackup = (path: string) =>
  new CliError(`${path} is no backup of LLM OS`, 'name a file that `llmos backup` has written');
export const otherFormat = (path: string, format: number) =>
  new CliError(`${path} has the format ${format}, and this version reads ${FORMAT}`, 'use the version that wrote it');
export const cutShort = (path: string, sizeBytes: number) =>
  new CliError(`${path} is not whole: after ${sizeBytes} bytes its end is missing`, COPY_AGAIN);
export const damaged = (path: string, at: number, cause?: unknown) =>
  new CliError(`${path} is damaged at byte ${at} or soon after it`, COPY_AGAIN, { cause });
export const otherMasterKey = (path: string, sealedWith: string, mine: string) =>
  new CliError(
    `${path} was sealed with the master key ${sealedWith}, and this one is ${mine}`,
    'name the key of that time in LLMOS_MASTER_KEY_FILE',
  );
