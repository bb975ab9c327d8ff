import type { StreamHead } from '@llmos/bus';
import { isLlmosError } from '@llmos/contracts';
import { DataKey, type KeyService } from '@llmos/privacy';
import { createHash } from 'node:crypto';
import { open, type FileHandle } from 'node:fs/promises';
import {
  anyHeaderSchema,
  bindingOf,
  contentsSchema,
  cutShort,
  damaged,
  END_BYTES,
  END_MAGIC,
  FORMAT,
  HASH_BYTES,
  headerSchema,
  KEY_LABEL,
  LENGTH_BYTES,
  MAGIC,
  MAX_HEADER_BYTES,
  MAX_RECORD_BYTES,
  notABackup,
  otherFormat,
  otherMasterKey,
  RECORD,
  RECORD_HEAD_BYTES,
  streamHeadSchema,
  type BackedUpStream,
  type BackupHeader,
} from './backup-format.js';

export interface Backup {
  readonly header: BackupHeader;
  readonly sizeBytes: number;
  readonly streams: readonly BackedUpStream[];
}

export interface BackupVisitor {
  /** Must read all parts or throw. */
  stream(head: StreamHead, parts: AsyncIterable<Uint8Array>): Promise<void>;
  /** Receives the number of bytes read, and of all bytes. */
  progress?(done: number, total: number): void;
}

/**
 * Reads a backup from its first byte to its last. The parts that the visitor receives are authentic; the file is known
 * to be complete when this resolves.
 *
 * @throws BackupError when the file is no backup, has another format, is incomplete, was sealed with another master
 *   key, or is damaged. Errors of the visitor pass through.
 */
export async function readBackup(path: string, master: KeyService, visitor: BackupVisitor): Promise<Backup> {
  const file = await open(path, 'r');
  try {
    const reader = await BackupReader.open(path, file, master, visitor);
    return await reader.read();
  } finally {
    await file.close();
  }
}

class BackupReader {
  private position = 0;

  private constructor(
    private readonly bytes: FileBytes,
    private readonly visitor: BackupVisitor,
    private readonly header: BackupHeader,
    private readonly headerHash: Buffer,
    private readonly key: DataKey,
  ) {}

  static async open(path: string, file: FileHandle, master: KeyService, visitor: BackupVisitor): Promise<BackupReader> {
    const bytes = new FileBytes(path, file, (await file.stat()).size);
    await bytes.checkEnds();
    const length = (await bytes.take(LENGTH_BYTES)).readUInt32BE();
    if (length > MAX_HEADER_BYTES) throw damaged(path, MAGIC.length);
    const text = await bytes.take(length);
    const hash = await bytes.take(HASH_BYTES);
    if (!createHash('sha256').update(text).digest().equals(hash)) throw damaged(path, MAGIC.length);
    const parsed: unknown = JSON.parse(text.toString());
    const { format } = anyHeaderSchema.parse(parsed);
    if (format !== FORMAT) throw otherFormat(path, format);
    const header = headerSchema.parse(parsed);
    if (header.master !== master.id) throw otherMasterKey(path, header.master, master.id);
    const secret = await master.unwrap(Buffer.from(header.wrapped, 'base64'), KEY_LABEL);
    const key = new DataKey(KEY_LABEL.tenant, KEY_LABEL.version, secret);
    secret.fill(0);
    return new BackupReader(bytes, visitor, header, hash, key);
  }

  async read(): Promise<Backup> {
    const found: BackedUpStream[] = [];
    for (;;) {
      const { kind, payload } = await this.record();
      if (kind === RECORD.contents) return this.complete(found, payload);
      if (kind !== RECORD.stream) throw this.bytes.damaged();
      const head = streamHeadSchema.parse(JSON.parse(payload.toString()));
      const hash = createHash('sha256');
      const size = { bytes: 0 };
      await this.visitor.stream(head, this.parts(hash, size));
      found.push({
        name: head.config.name,
        messages: head.state.messages,
        sizeBytes: size.bytes,
        sha256: hash.digest('hex'),
      });
    }
  }

  private async *parts(hash: ReturnType<typeof createHash>, size: { bytes: number }): AsyncGenerator<Uint8Array> {
    for (;;) {
      const { kind, payload } = await this.record();
      if (kind === RECORD.streamEnd) return;
      if (kind !== RECORD.part) throw this.bytes.damaged();
      hash.update(payload);
      size.bytes += payload.length;
      yield payload;
    }
  }

  private complete(found: readonly BackedUpStream[], payload: Buffer): Backup {
    const { streams } = contentsSchema.parse(JSON.parse(payload.toString()));
    if (!this.bytes.atEnd || JSON.stringify(streams) !== JSON.stringify(found)) throw this.bytes.damaged();
    return { header: this.header, sizeBytes: this.bytes.sizeBytes, streams };
  }

  private async record(): Promise<{ kind: number; payload: Buffer }> {
    const head = await this.bytes.take(RECORD_HEAD_BYTES);
    const length = head.readUInt32BE();
    const kind = head.readUInt8(LENGTH_BYTES);
    if (length > MAX_RECORD_BYTES) throw this.bytes.damaged();
    const body = await this.bytes.take(length);
    this.visitor.progress?.(this.bytes.at, this.bytes.sizeBytes);
    try {
      const binding = bindingOf(this.headerHash, this.position++, kind);
      return { kind, payload: Buffer.from(this.key.open(binding, { keyVersion: KEY_LABEL.version, body })) };
    } catch (cause) {
      throw isLlmosError(cause) ? this.bytes.damaged(cause) : cause;
    }
  }
}

/** Reads the bytes of a file in order, between the two magic numbers. */
class FileBytes {
  at = MAGIC.length;
  private partAt = 0;

  constructor(
    private readonly path: string,
    private readonly file: FileHandle,
    readonly sizeBytes: number,
  ) {}

  get atEnd(): boolean {
    return this.at === this.sizeBytes - END_BYTES;
  }

  async checkEnds(): Promise<void> {
    const magic = await this.bytesAt(0, Math.min(MAGIC.length, this.sizeBytes));
    if (!magic.equals(MAGIC)) throw notABackup(this.path);
    if (this.sizeBytes < MAGIC.length + END_BYTES) throw cutShort(this.path, this.sizeBytes);
    const end = await this.bytesAt(this.sizeBytes - END_BYTES, END_BYTES);
    if (end.readBigUInt64BE() !== BigInt(this.sizeBytes) || !end.subarray(-END_MAGIC.length).equals(END_MAGIC))
      throw cutShort(this.path, this.sizeBytes);
  }

  async take(length: number): Promise<Buffer> {
    if (this.at + length > this.sizeBytes - END_BYTES) throw this.damaged();
    this.partAt = this.at;
    this.at += length;
    return this.bytesAt(this.partAt, length);
  }

  damaged(cause?: unknown): Error {
    return damaged(this.path, this.partAt, cause);
  }

  private async bytesAt(position: number, length: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(length);
    let done = 0;
    while (done < length) {
      const { bytesRead } = await this.file.read(buffer, done, length - done, position + done);
      if (bytesRead === 0) throw cutShort(this.path, position + done);
      done += bytesRead;
    }
    return buffer;
  }
}
