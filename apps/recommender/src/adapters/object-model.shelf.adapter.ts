import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Bus, ObjectBucket } from '@llmos/bus';
import { LlmosError, newRunId } from '@llmos/contracts';
import type { Checkpoints, ModelShelf, ShelvedFile } from '../ports/model-shelf.port.js';

/** The JetStream object stores of trained models and of trainings under way. */
export const MODELS_STORE = 'recommender-model-files';
export const CHECKPOINTS_STORE = 'recommender-checkpoints';
/** Longer than an accepted run may take. */
const CHECKPOINT_TTL_MS = 26 * 3_600_000;

/** Model files in a JetStream object store; a name says which bytes it stands for, so it never means others. */
export class ObjectModelShelf implements ModelShelf {
  private readonly objects: ObjectBucket;

  constructor(bus: Bus) {
    this.objects = bus.objects(MODELS_STORE);
  }

  async put(tenant: string, version: string, path: string): Promise<ShelvedFile> {
    const object = `${tenant}.${version}.${(await sha256Of(path)).slice(0, 16)}`;
    return { object, ...(await this.objects.put(object, createReadStream(path))) };
  }

  async fetch({ object, sha256 }: ShelvedFile, path: string): Promise<void> {
    if ((await sha256Of(path).catch(() => undefined)) === sha256) return;
    const bytes = await this.objects.get(object);
    if (!bytes) throw new LlmosError('NOT_FOUND', `The file of the model ${object} is no longer kept.`);
    await mkdir(dirname(path), { recursive: true });
    const part = `${path}.${newRunId()}.part`;
    try {
      await pipeline(bytes, createWriteStream(part));
      const got = await sha256Of(part);
      if (got !== sha256) throw new LlmosError('UNAVAILABLE', `The file of the model ${object} did not come whole.`);
      await rename(part, path);
    } finally {
      await rm(part, { force: true });
    }
  }

  delete(object: string): Promise<void> {
    return this.objects.delete(object);
  }
}

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

/** Checkpoints in a JetStream object store, forgotten after a day. */
export class ObjectCheckpoints implements Checkpoints {
  private readonly objects: ObjectBucket;

  constructor(bus: Bus) {
    this.objects = bus.objects(CHECKPOINTS_STORE, { ttlMs: CHECKPOINT_TTL_MS });
  }

  async load(tenant: string, run: string): Promise<Uint8Array | undefined> {
    const bytes = await this.objects.get(`${tenant}.${run}`);
    if (!bytes) return undefined;
    const chunks: Uint8Array[] = [];
    for await (const chunk of bytes) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  async save(tenant: string, run: string, bytes: Uint8Array): Promise<void> {
    await this.objects.put(`${tenant}.${run}`, bytes);
  }

  delete(tenant: string, run: string): Promise<void> {
    return this.objects.delete(`${tenant}.${run}`);
  }

  async forget(tenant: string): Promise<void> {
    const names = await this.objects.names();
    for (const name of names) if (name.startsWith(`${tenant}.`)) await this.objects.delete(name);
  }
}
