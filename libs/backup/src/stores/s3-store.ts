import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BackupError, reasonOf } from '../backup-error.js';
import { isBackupName, type BackupStore, type OnTransfer } from './backup-store.port.js';
import { parseS3Address } from './s3-address.js';
import { s3Failure } from './s3-failure.js';

/** S3 takes parts of 5 MiB and more, and at most 10,000 of them. */
const PART_BYTES = 8 * 1024 * 1024;
const MAX_PARTS = 10_000;
/** Memory holds so many parts of an upload. */
const PARTS_AT_ONCE = 2;
const CONNECT_TIMEOUT_MS = 10_000;
/** A connection on which nothing moves is given up. */
const IDLE_TIMEOUT_MS = 60_000;
/** A request that fails for a reason that can pass is made so often, with back-off. */
const ATTEMPTS = 4;

/** How the store is reached. */
export interface S3Settings {
  /** Such as `https://minio.example:9000`; AWS without it. */
  readonly endpoint?: string | undefined;
  readonly region: string;
  /** Without it, those that AWS gives to this machine: a profile, or the role of the machine or container. */
  readonly credentials?:
    | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string | undefined }
    | undefined;
}

/**
 * Backups in a bucket of an S3-compatible store. An upload is one request for a small backup and many parts for a large
 * one; it appears in the bucket only when it is complete. It is then read back and compared, byte by byte.
 *
 * @throws BackupError from every method when the store cannot be used, with what to do about it.
 */
export class S3Store implements BackupStore {
  readonly workFolder: string;
  private readonly client: S3Client;
  private readonly bucket: string;
  private readonly prefix: string;

  /** @param parent the folder of the work folder. */
  constructor(
    address: string,
    private readonly settings: S3Settings,
    parent: string,
  ) {
    const { bucket, prefix } = parseS3Address(address);
    this.bucket = bucket;
    this.prefix = prefix;
    const { endpoint, region, credentials } = settings;
    this.client = new S3Client({
      region,
      ...(credentials ? { credentials } : {}),
      // Servers other than AWS seldom have a host name for each bucket.
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      maxAttempts: ATTEMPTS,
      requestHandler: { connectionTimeout: CONNECT_TIMEOUT_MS, socketTimeout: IDLE_TIMEOUT_MS },
      // Not every server knows the newer checksums. Each upload is read back.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
    mkdirSync(parent, { recursive: true, mode: 0o700 });
    this.workFolder = mkdtempSync(join(parent, '.backup-'));
  }

  get address(): string {
    return `s3://${this.bucket}/${this.prefix}`.replace(/\/$/u, '');
  }

  async keep(path: string, signal: AbortSignal, onTransfer?: OnTransfer): Promise<string> {
    const key = this.prefix + basename(path);
    const address = this.addressOf(key);
    await this.upload(path, key, signal, onTransfer);
    try {
      const [sent, stored] = await Promise.all([
        hashOf(createReadStream(path)),
        this.request('read', address, async () => hashOf(await this.read(key, signal))),
      ]);
      if (sent !== stored)
        throw new BackupError(
          `${address} has other bytes than the file that was sent`,
          'look at the disks of the store',
        );
    } catch (error) {
      await this.remove(address).catch(() => {
        throw new BackupError(
          `${address} was not read back whole, and could not be removed: ${reasonOf(error)}`,
          'remove it by hand, so that nobody takes it for a good one',
          { cause: error },
        );
      });
      throw error;
    }
    rmSync(path);
    return address;
  }

  async list(): Promise<string[]> {
    return this.request('list backups', undefined, async () => {
      const keys: string[] = [];
      const from = { Bucket: this.bucket, Prefix: this.prefix };
      for await (const { Contents = [] } of paginateListObjectsV2({ client: this.client }, from))
        for (const { Key = '' } of Contents) if (isBackupName(Key.slice(this.prefix.length))) keys.push(Key);
      return keys.sort().map((key) => this.addressOf(key));
    });
  }

  async bring(address: string, signal: AbortSignal, onTransfer?: OnTransfer): Promise<string> {
    const path = join(this.workFolder, basename(address));
    await this.request('read', address, async () => {
      const body = await this.read(this.keyOf(address), signal, onTransfer);
      await pipeline(body, createWriteStream(path, { mode: 0o600 }), { signal });
    });
    return path;
  }

  async remove(address: string): Promise<void> {
    await this.request('remove', address, () =>
      this.client.send(new DeleteObjectCommand({ Bucket: this.bucket, Key: this.keyOf(address) })),
    );
  }

  close(): void {
    this.client.destroy();
    rmSync(this.workFolder, { recursive: true, force: true });
  }

  private async upload(path: string, key: string, signal: AbortSignal, onTransfer?: OnTransfer): Promise<void> {
    const sizeBytes = statSync(path).size;
    await this.request('write', this.addressOf(key), async () => {
      const upload = new Upload({
        client: this.client,
        params: { Bucket: this.bucket, Key: key, Body: createReadStream(path) },
        partSize: Math.max(PART_BYTES, Math.ceil(sizeBytes / MAX_PARTS)),
        queueSize: PARTS_AT_ONCE,
        // They are removed here: the client would report a failed removal instead of what came before it.
        leavePartsOnError: true,
      });
      upload.on('httpUploadProgress', ({ loaded = 0 }) => onTransfer?.(loaded, sizeBytes));
      const abort = () => void upload.abort();
      signal.addEventListener('abort', abort, { once: true });
      try {
        signal.throwIfAborted();
        await upload.done();
      } catch (error) {
        await this.removeParts(key, upload.uploadId);
        throw error;
      } finally {
        signal.removeEventListener('abort', abort);
      }
    });
  }

  /** The parts of an upload that failed are not listed, but take room. A store that cannot be reached keeps them. */
  private async removeParts(key: string, upload: string | undefined): Promise<void> {
    if (upload === undefined) return;
    const request = new AbortMultipartUploadCommand({ Bucket: this.bucket, Key: key, UploadId: upload });
    await this.client.send(request).catch(() => undefined);
  }

  private async read(key: string, signal: AbortSignal, onTransfer?: OnTransfer): Promise<Readable> {
    const request = new GetObjectCommand({ Bucket: this.bucket, Key: key });
    const { Body, ContentLength = 0 } = await this.client.send(request, { abortSignal: signal });
    const body = Body as Readable;
    let done = 0;
    if (onTransfer) body.on('data', (chunk: Buffer) => onTransfer((done += chunk.length), ContentLength));
    return body;
  }

  private async request<T>(action: string, object: string | undefined, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const { bucket, settings } = this;
      throw s3Failure(error, { action, bucket, endpoint: settings.endpoint, ...(object ? { object } : {}) });
    }
  }

  private addressOf(key: string): string {
    return `s3://${this.bucket}/${key}`;
  }

  private keyOf(address: string): string {
    return address.slice(`s3://${this.bucket}/`.length);
  }
}

async function hashOf(bytes: Readable): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(bytes, hash);
  return hash.digest('hex');
}
