import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Bus, ObjectBucket } from '@llmos/bus';
import { isRunId, LlmosError, newRunId, OBJECT_STORES } from '@llmos/contracts';
import type { AtRest } from '@llmos/vault';
import { beganAtMs } from '../caller.js';
import type { Checkpoints, ModelShelf, ShelvedFile } from '../ports/model-shelf.port.js';
import { openChunks, sealChunks } from './sealed-chunks.js';

/** What is sealed, by name. */
const FILE = 'recommender-model-file';
const CHECKPOINT = 'recommender-checkpoint';
const CHUNK_BYTES = 1024 * 1024;
/** Longer than an accepted run may take. */
const CHECKPOINT_TTL_MS = 26 * 3_600_000;

/** Model files in a JetStream object store; a name says which bytes it stands for, so it never means others. */
export class ObjectModelShelf implements ModelShelf {
  private readonly objects: ObjectBucket;

  /** @param atRest seals the files with their tenant's key; without it they are stored as they are. */
  constructor(
    bus: Bus,
    private readonly atRest?: AtRest,
  ) {
    this.objects = bus.objects(OBJECT_STORES.recommenderModels);
  }

  async put(tenant: string, version: string, path: string): Promise<ShelvedFile> {
    if (this.isForgotten(tenant, version)) throw wasForgotten(version);
    const sha256 = await sha256Of(path);
    const object = `${tenant}.${version}.${sha256.slice(0, 16)}`;
    const { atRest } = this;
    const chunks = createReadStream(path, { highWaterMark: CHUNK_BYTES });
    const stored = atRest?.encrypts
      ? sealChunks(chunks, (place, chunk) => atRest.seal(tenant, FILE, `${object}.${place}`, chunk))
      : chunks;
    await this.objects.put(object, stored);
    return { object, sha256, sizeBytes: (await stat(path)).size };
  }

  async fetch({ object, sha256 }: ShelvedFile, path: string): Promise<void> {
    if ((await sha256Of(path).catch(() => undefined)) === sha256) return;
    const bytes = await this.objects.get(object);
    if (!bytes) throw new LlmosError('NOT_FOUND', `The file of the model ${object} is no longer kept.`);
    await mkdir(dirname(path), { recursive: true });
    const part = `${path}.${newRunId()}.part`;
    try {
      await pipeline(this.opened(object, bytes), createWriteStream(part));
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

  async forget(tenant: string): Promise<void> {
    await forgetObjects(this.objects, tenant, (version) => this.isForgotten(tenant, version));
  }

  isForgotten(tenant: string, version: string): boolean {
    return wentWithItsKeys(this.atRest, tenant, version);
  }

  private opened(object: string, bytes: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    const { atRest } = this;
    const tenant = object.split('.', 1)[0]!;
    return atRest
      ? openChunks(bytes, (place, sealed) => atRest.open(tenant, FILE, `${object}.${place}`, sealed))
      : bytes;
  }
}

function wasForgotten(version: string): LlmosError {
  const message = `What the model ${version} was trained on was destroyed meanwhile, and the model with it.`;
  return new LlmosError('NOT_FOUND', message);
}

/** A version is the run that trained it, and a run's id says when it began. */
function wentWithItsKeys(atRest: AtRest | undefined, tenant: string, run: string): boolean {
  return isRunId(run) && (atRest?.shreddedSince(tenant, beganAtMs(run)) ?? false);
}

/** Names are `<tenant>.<run>`, and more perhaps. */
async function forgetObjects(objects: ObjectBucket, tenant: string, goes: (run: string) => boolean): Promise<void> {
  for (const name of await objects.names()) {
    const [owner, run] = name.split('.');
    if (owner === tenant && run !== undefined && goes(run)) await objects.delete(name);
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

  /** @param atRest seals them with their tenant's key; without it they are stored as they are. */
  constructor(
    bus: Bus,
    private readonly atRest?: AtRest,
  ) {
    this.objects = bus.objects(OBJECT_STORES.recommenderCheckpoints, { ttlMs: CHECKPOINT_TTL_MS });
  }

  async load(tenant: string, run: string): Promise<Uint8Array | undefined> {
    const bytes = await this.objects.get(`${tenant}.${run}`);
    if (!bytes) return undefined;
    const chunks: Uint8Array[] = [];
    for await (const chunk of bytes) chunks.push(chunk);
    const whole = Buffer.concat(chunks);
    return this.atRest ? this.atRest.open(tenant, CHECKPOINT, run, whole) : whole;
  }

  async save(tenant: string, run: string, bytes: Uint8Array): Promise<void> {
    if (wentWithItsKeys(this.atRest, tenant, run)) return;
    const stored = this.atRest ? await this.atRest.seal(tenant, CHECKPOINT, run, bytes) : bytes;
    await this.objects.put(`${tenant}.${run}`, stored);
  }

  delete(tenant: string, run: string): Promise<void> {
    return this.objects.delete(`${tenant}.${run}`);
  }

  async forget(tenant: string): Promise<void> {
    await forgetObjects(this.objects, tenant, () => true);
  }
}
