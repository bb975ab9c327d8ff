import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LlmosError, newRunId } from '@llmos/contracts';
import { openChunks, sealChunks } from '@llmos/vault';
import { forgetObjects, isShredded } from './shredded.js';
import type { ObjectStore, Sealing } from './stores.js';
import type { Artifact } from './version-record.js';

const CHUNK_BYTES = 1024 * 1024;

export interface ArtifactsOptions {
  readonly objects: ObjectStore;
  /** Binds sealed files to their use: a file of one purpose does not open for another. */
  readonly purpose: string;
  /** If absent, files are stored in the clear. */
  readonly atRest?: Sealing | undefined;
}

/**
 * The files of trained versions in an object store, as `<tenant>.<version>.<hash>`: a name stands for one content.
 * Files are sealed with their tenant's keys.
 */
export class Artifacts {
  constructor(private readonly options: ArtifactsOptions) {}

  /** Stores a file, or bytes. Storing the same content again changes nothing. */
  async put(tenant: string, version: string, source: string | Uint8Array): Promise<Artifact> {
    const { objects, purpose, atRest } = this.options;
    const { sha256, sizeBytes } = await digestOf(chunksOf(source));
    const object = `${tenant}.${version}.${sha256.slice(0, 16)}`;
    const chunks = chunksOf(source);
    const stored = atRest?.encrypts
      ? sealChunks(chunks, (position, chunk) => atRest.seal(tenant, purpose, `${object}.${position}`, chunk))
      : chunks;
    await objects.put(object, stored);
    return { object, sha256, sizeBytes };
  }

  /**
   * Downloads a file to `path`, unless the file there is already the right one. A reader never sees a partial file.
   *
   * @throws LlmosError NOT_FOUND if the file is no longer stored.
   */
  async fetch(artifact: Artifact, path: string): Promise<void> {
    const present = await digestOf(createReadStream(path)).catch(() => undefined);
    if (present?.sha256 === artifact.sha256) return;
    await mkdir(dirname(path), { recursive: true });
    const part = `${path}.${newRunId()}.part`;
    try {
      await pipeline(await this.open(artifact), createWriteStream(part));
      const { sha256 } = await digestOf(createReadStream(part));
      if (sha256 !== artifact.sha256)
        throw new LlmosError('UNAVAILABLE', `The file ${artifact.object} is incomplete. Try again.`);
      await rename(part, path);
    } finally {
      await rm(part, { force: true });
    }
  }

  delete(object: string): Promise<void> {
    return this.options.objects.delete(object);
  }

  /** Deletes the files of a tenant's versions whose training data was destroyed. */
  async forget(tenant: string): Promise<void> {
    const { objects, atRest } = this.options;
    await forgetObjects(objects, tenant, (version) => isShredded(atRest, tenant, version));
  }

  private async open({ object }: Artifact): Promise<AsyncIterable<Uint8Array>> {
    const { objects, purpose, atRest } = this.options;
    const bytes = await objects.get(object);
    if (!bytes) throw new LlmosError('NOT_FOUND', `The file ${object} is no longer stored.`);
    if (!atRest) return bytes;
    const tenant = object.split('.', 1)[0]!;
    return openChunks(bytes, (position, sealed) => atRest.open(tenant, purpose, `${object}.${position}`, sealed));
  }
}

async function* chunksOf(source: string | Uint8Array): AsyncGenerator<Uint8Array> {
  if (typeof source === 'string') yield* createReadStream(source, { highWaterMark: CHUNK_BYTES });
  else for (let at = 0; at < source.length; at += CHUNK_BYTES) yield source.subarray(at, at + CHUNK_BYTES);
}

async function digestOf(chunks: AsyncIterable<Uint8Array>): Promise<{ sha256: string; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}
