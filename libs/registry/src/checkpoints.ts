import { forgetObjects, isShredded } from './shredded.js';
import type { ArtifactsOptions } from './artifacts.js';

/** The state of trainings in progress, by run: a run that is delivered again continues from it. */
export class Checkpoints {
  constructor(private readonly options: ArtifactsOptions) {}

  async load(tenant: string, run: string): Promise<Uint8Array | undefined> {
    const { objects, purpose, atRest } = this.options;
    const bytes = await objects.get(`${tenant}.${run}`);
    if (!bytes) return undefined;
    const chunks: Uint8Array[] = [];
    for await (const chunk of bytes) chunks.push(chunk);
    const whole = Buffer.concat(chunks);
    return atRest ? atRest.open(tenant, purpose, run, whole) : whole;
  }

  /** Does nothing if the tenant's keys were destroyed after the run began. */
  async save(tenant: string, run: string, bytes: Uint8Array): Promise<void> {
    const { objects, purpose, atRest } = this.options;
    if (isShredded(atRest, tenant, run)) return;
    await objects.put(`${tenant}.${run}`, atRest ? await atRest.seal(tenant, purpose, run, bytes) : bytes);
  }

  delete(tenant: string, run: string): Promise<void> {
    return this.options.objects.delete(`${tenant}.${run}`);
  }

  /** Deletes all checkpoints of a tenant: they may contain data of a user who is erased. */
  async forget(tenant: string): Promise<void> {
    await forgetObjects(this.options.objects, tenant, () => true);
  }
}
