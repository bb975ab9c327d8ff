import { z } from 'zod';
import { BackupError } from './backup-error.js';

/**
 * The format of a backup file: a magic number, the length of the header (u32, big endian), the header, its SHA-256,
 * sealed records, the size of the file (u64), and a second magic number.
 *
 * A record is the length of its sealed payload (u32), its kind (u8), and the payload, sealed with the data key of the
 * file. It is bound to the header, its position and its kind, so that no record can be changed, moved or left out. The
 * last record is the table of contents.
 */
export const MAGIC = Buffer.from('LLMOSBAK', 'latin1');
export const END_MAGIC = Buffer.from('LLMOSEND', 'latin1');
export const FORMAT = 1;
export const HASH_BYTES = 32;
export const LENGTH_BYTES = 4;
export const RECORD_HEAD_BYTES = LENGTH_BYTES + 1;
export const END_BYTES = 8 + END_MAGIC.length;
export const MAX_HEADER_BYTES = 16_384;
export const MAX_RECORD_BYTES = 8_388_608;
/** The label under which the data key is wrapped. No tenant has this name. */
export const KEY_LABEL = { tenant: '~backup', version: FORMAT };

export const RECORD = {
  /** The begin of a stream: its configuration and state. */
  stream: 1,
  /** A part of the archive of the stream. */
  part: 2,
  streamEnd: 3,
  /** The table of contents; the last record. */
  contents: 4,
} as const;
export type RecordKind = (typeof RECORD)[keyof typeof RECORD];

/** The readable part of the header in every version of the format. */
export const anyHeaderSchema = z.object({ format: z.number() });
export const headerSchema = z.object({
  createdAt: z.iso.datetime(),
  /** The version of the nats-server. */
  broker: z.string(),
  /** The id of the master key that wraps the data key. */
  master: z.string(),
  wrapped: z.base64(),
});
export type BackupHeader = z.infer<typeof headerSchema>;

const streamSchema = z.object({
  name: z.string(),
  messages: z.number(),
  /** The size of the archive. */
  sizeBytes: z.number(),
  /** The hash of the archive, in hex. */
  sha256: z.string(),
});
export type BackedUpStream = z.infer<typeof streamSchema>;
export const contentsSchema = z.object({ streams: z.array(streamSchema) });

/** The configuration and state as the broker returned them; a restore sends them back unchanged. */
export const streamHeadSchema = z.object({
  config: z.looseObject({
    name: z.string(),
    max_age: z.number().optional(),
    allow_msg_ttl: z.boolean().optional(),
    allow_msg_schedules: z.boolean().optional(),
  }),
  state: z.looseObject({ messages: z.number(), last_seq: z.number() }),
});

/** The additional data that a record is sealed with. */
export function bindingOf(headerHash: Buffer, position: number, kind: number): { purpose: string; aad: string } {
  return { purpose: 'backup', aad: `${headerHash.toString('hex')}/${position}/${kind}` };
}

const COPY_AGAIN = 'copy it again from its origin, or take another backup';

export const notABackup = (path: string) =>
  new BackupError(`${path} is no backup of LLM OS`, 'name a file that `llmos backup` wrote');
export const otherFormat = (path: string, format: number) =>
  new BackupError(
    `${path} has the format ${format}, and this version reads ${FORMAT}`,
    'use the version that wrote it',
  );
export const cutShort = (path: string, sizeBytes: number) =>
  new BackupError(`${path} is incomplete: its end is missing after ${sizeBytes} bytes`, COPY_AGAIN);
export const damaged = (path: string, at: number, cause?: unknown) =>
  new BackupError(`${path} is damaged at byte ${at} or shortly after it`, COPY_AGAIN, { cause });
export const otherMasterKey = (path: string, sealedWith: string, mine: string) =>
  new BackupError(
    `${path} was sealed with the master key ${sealedWith}; the current key is ${mine}`,
    'name the key of that time in LLMOS_MASTER_KEY_FILE',
  );
