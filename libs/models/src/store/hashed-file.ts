import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm, type FileHandle } from 'node:fs/promises';
import { LlmosError } from '@llmos/contracts';

export interface FileDigest {
  readonly sha256: string;
  readonly sizeBytes: number;
}

/** A file that is hashed while it is written, so that it need not be read again. */
export class HashedFile {
  private readonly hash = createHash('sha256');
  private written = 0;

  private constructor(
    private readonly file: FileHandle,
    private readonly maxBytes: number,
  ) {}

  /** Opens a file for writing; with `resume`, its content is kept and hashed first. */
  static async open(
    path: string,
    { maxBytes, resume = false }: { maxBytes: number; resume?: boolean },
  ): Promise<HashedFile> {
    const file = new HashedFile(await open(path, resume ? 'a' : 'w'), maxBytes);
    if (resume) for await (const chunk of createReadStream(path)) file.count(chunk as Buffer);
    return file;
  }

  get sizeBytes(): number {
    return this.written;
  }

  /** @throws LlmosError PAYLOAD_TOO_LARGE above the limit, before the bytes are written. */
  async write(chunk: Uint8Array): Promise<void> {
    this.count(chunk);
    await this.file.writeFile(chunk);
  }

  /** Makes the content durable and returns the digest of all of it. */
  async finish(): Promise<FileDigest> {
    await this.file.sync();
    await this.file.close();
    return { sha256: this.hash.digest('hex'), sizeBytes: this.written };
  }

  /** Closes without finishing; the content stays for a later resume. */
  close(): Promise<void> {
    return this.file.close();
  }

  private count(chunk: Uint8Array): void {
    this.written += chunk.length;
    if (this.written > this.maxBytes) {
      throw new LlmosError('PAYLOAD_TOO_LARGE', `The file is larger than the ${this.maxBytes} bytes it should have.`);
    }
    this.hash.update(chunk);
  }
}

export interface WriteOptions {
  readonly maxBytes: number;
  readonly signal?: AbortSignal;
  readonly onBytes?: (receivedBytes: number) => void;
}

/** Writes a stream to a file and hashes it. Rejects with the signal's reason on abort; a failure leaves no file. */
export async function writeHashed(
  path: string,
  chunks: AsyncIterable<unknown>,
  options: WriteOptions,
): Promise<FileDigest> {
  const file = await HashedFile.open(path, options);
  try {
    for await (const chunk of chunks) {
      options.signal?.throwIfAborted();
      await file.write(chunk as Buffer);
      options.onBytes?.(file.sizeBytes);
    }
  } catch (error) {
    await file.close();
    await rm(path, { force: true });
    throw error;
  }
  return file.finish();
}

/** The hash of a file on disk. */
export async function hashFile(path: string, signal?: AbortSignal): Promise<FileDigest> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
    sizeBytes += (chunk as Buffer).length;
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}
