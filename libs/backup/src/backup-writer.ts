import type { StreamHead } from '@llmos/bus';
import { DataKey, MESSAGES_PER_KEY, type KeyService } from '@llmos/privacy';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { BackupError } from './backup-error.js';
import {
  bindingOf,
  END_BYTES,
  END_MAGIC,
  FORMAT,
  KEY_LABEL,
  LENGTH_BYTES,
  MAGIC,
  RECORD,
  RECORD_HEAD_BYTES,
  type BackedUpStream,
  type BackupHeader,
  type RecordKind,
} from './backup-format.js';

const NOTHING = new Uint8Array();

/** Writes a backup to a draft and renames it when it is complete. Holds one part of a stream in memory. */
export class BackupWriter {
  private readonly streams: BackedUpStream[] = [];
  private sizeBytes = 0;
  private position = 0;

  private constructor(
    private readonly path: string,
    private readonly draft: string,
    private readonly file: FileHandle,
    private readonly key: DataKey,
    private readonly headerHash: Buffer,
  ) {}

  /** @throws BackupError when a file of that name exists. */
  static async create(
    path: string,
    master: KeyService,
    about: Pick<BackupHeader, 'createdAt' | 'broker'>,
  ): Promise<BackupWriter> {
    if (existsSync(path)) throw new BackupError(`${path} exists already`, 'name another file, or remove it');
    const bytes = DataKey.newBytes();
    const key = new DataKey(KEY_LABEL.tenant, KEY_LABEL.version, bytes);
    key.allowMessages(MESSAGES_PER_KEY);
    const wrapped = Buffer.from(await master.wrap(bytes, KEY_LABEL)).toString('base64');
    bytes.fill(0);
    const header = Buffer.from(JSON.stringify({ format: FORMAT, ...about, master: master.id, wrapped }));
    const hash = createHash('sha256').update(header).digest();
    const draft = `${path}.${randomUUID()}.part`;
    const writer = new BackupWriter(path, draft, await open(draft, 'wx', 0o600), key, hash);
    await writer.append(MAGIC, lengthOf(header), header, hash);
    return writer;
  }

  /** @param onPart receives the size of the file so far. */
  async add(
    head: StreamHead,
    parts: AsyncIterable<Uint8Array>,
    onPart: (sizeBytes: number) => void,
  ): Promise<BackedUpStream> {
    const hash = createHash('sha256');
    let sizeBytes = 0;
    await this.seal(RECORD.stream, json(head));
    for await (const part of parts) {
      hash.update(part);
      sizeBytes += part.length;
      await this.seal(RECORD.part, part);
      onPart(this.sizeBytes);
    }
    await this.seal(RECORD.streamEnd, NOTHING);
    const stream = { name: head.config.name, messages: head.state.messages, sizeBytes, sha256: hash.digest('hex') };
    this.streams.push(stream);
    return stream;
  }

  /** Completes the file and renames it. @returns its size in bytes. */
  async finish(): Promise<number> {
    await this.seal(RECORD.contents, json({ streams: this.streams }));
    const size = Buffer.alloc(END_BYTES - END_MAGIC.length);
    size.writeBigUInt64BE(BigInt(this.sizeBytes + END_BYTES));
    await this.append(size, END_MAGIC);
    await this.file.sync();
    await this.file.close();
    await rename(this.draft, this.path);
    return this.sizeBytes;
  }

  /** Destroys the key, and removes an incomplete file. */
  async end(): Promise<void> {
    this.key.destroy();
    await this.file.close();
    await rm(this.draft, { force: true });
  }

  private async seal(kind: RecordKind, payload: Uint8Array): Promise<void> {
    const { body } = this.key.seal(bindingOf(this.headerHash, this.position++, kind), payload);
    const head = Buffer.alloc(RECORD_HEAD_BYTES);
    head.writeUInt32BE(body.length);
    head.writeUInt8(kind, LENGTH_BYTES);
    await this.append(head, body);
  }

  private async append(...parts: Uint8Array[]): Promise<void> {
    for (const part of parts) {
      await this.file.writeFile(part);
      this.sizeBytes += part.length;
    }
  }
}

function lengthOf(bytes: Uint8Array): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(bytes.length);
  return length;
}

const json = (value: unknown) => Buffer.from(JSON.stringify(value));
