import { retryConflicts } from '@llmos/resilience';
import type { ModelPointers } from '../ports/model-pointers.port.js';
import type { ModelShelf } from '../ports/model-shelf.port.js';
import { NO_MODELS, rolledBack, withVersion, type KeptVersion, type ModelRecord } from './model-record.js';

/** Changes which models are kept and which one is served, one writer at a time over all replicas. */
export class ModelVersions {
  constructor(
    private readonly pointers: ModelPointers,
    private readonly shelf: ModelShelf,
  ) {}

  async read(tenant: string): Promise<ModelRecord> {
    return (await this.pointers.get(tenant))?.record ?? NO_MODELS;
  }

  /** Adds a trained version; what must go for it goes from the shelf too. Gives the revision of the record. */
  async add(tenant: string, version: KeptVersion): Promise<number> {
    const { before, after, revision } = await this.change(tenant, (record) =>
      record.versions.some((each) => each.version === version.version) ? record : withVersion(record, version),
    );
    // Another delivery of the same run was first: its file is the one.
    const isMine = after.versions.some(({ object }) => object === version.object);
    if (!isMine) await this.shelf.delete(version.object);
    const kept = new Set(after.versions.map(({ object }) => object));
    for (const { object } of before.versions) if (!kept.has(object)) await this.shelf.delete(object);
    return revision;
  }

  /** Serves another version. The same run does so once, however often it is delivered. */
  async rollback(
    tenant: string,
    run: string,
    version?: string,
  ): Promise<{ serving: string; before: string; revision: number }> {
    const { after, revision } = await this.change(tenant, (record) =>
      record.rollbacks.some((each) => each.run === run) ? record : rolledBack(record, run, version),
    );
    const { serving, before } = after.rollbacks.find((each) => each.run === run)!;
    return { serving, before, revision };
  }

  private change(
    tenant: string,
    decide: (record: ModelRecord) => ModelRecord,
  ): Promise<{ before: ModelRecord; after: ModelRecord; revision: number }> {
    return retryConflicts(async () => {
      const stored = await this.pointers.get(tenant);
      const before = stored?.record ?? NO_MODELS;
      const after = decide(before);
      if (stored && after === before) return { before, after, revision: stored.revision };
      return { before, after, revision: await this.pointers.put(tenant, after, stored?.revision ?? 0) };
    });
  }
}
