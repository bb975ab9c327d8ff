import { readdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { KeptVersion, ModelRecord } from '../runs/model-record.js';
import { RevisionWaiters } from '../data/revision-waiters.js';
import { KeyTurns } from '../intake/key-turns.js';
import type { ItemModel } from '../model/item-model.js';
import { openModel } from '../model/model-file.js';
import type { ModelPointers } from '../ports/model-pointers.port.js';
import type { ModelShelf } from '../ports/model-shelf.port.js';
import { recommenderMetrics } from '../recommender.metrics.js';

/** The model this replica serves to one tenant. */
export interface ServedModel {
  readonly version: string;
  readonly path: string;
  readonly model: ItemModel;
  /** Deeds worth less did not count as liked when it was trained. */
  readonly minValue: number | undefined;
}

export interface ServedModelsOptions {
  readonly pointers: ModelPointers;
  readonly shelf: ModelShelf;
  /** LLMOS_HOME: every replica on a machine reads the same file below it. */
  readonly home: string;
  readonly onError: (tenant: string, error: unknown) => void;
}

const RETRY_MS = 2_000;

/**
 * Keeps this replica serving what the pointers say: fetches the file of a new version, opens it, and lets go of the one
 * before. While a version cannot be had, the one before stays.
 */
export class ServedModels {
  private readonly served = new Map<string, ServedModel>();
  private readonly records = new Map<string, { record: ModelRecord; revision: number }>();
  private readonly turns = new KeyTurns();
  private readonly revisions = new RevisionWaiters();
  private readonly stopped = new AbortController();
  private watching?: { stop(): void };

  constructor(private readonly options: ServedModelsOptions) {}

  /** Resolves once the models that were pointed to at the start have been opened, or could not be. */
  async start(): Promise<void> {
    const first: Promise<void>[] = [];
    this.watching = await this.options.pointers.watch({
      onChange: ({ tenant, record, revision }) => {
        const before = this.records.get(tenant)?.record;
        this.records.set(tenant, { record, revision });
        if (before) void this.removeFiles(tenant, before, record);
        first.push(this.follow(tenant));
      },
      onForgotten: (tenant) => void this.forget(tenant),
    });
    await Promise.all(first);
  }

  stop(): void {
    this.stopped.abort();
    this.watching?.stop();
    for (const { model } of this.served.values()) model.close();
    this.served.clear();
  }

  get(tenant: string): ServedModel | undefined {
    return this.served.get(tenant);
  }

  /** Where the file of a version lies on this machine. */
  pathOf(tenant: string, version: string): string {
    return join(this.options.home, 'recommender', tenant, `${version}.model`);
  }

  /** Resolves once this replica serves what this revision of the tenant's record, or a later one, points to. */
  reached(tenant: string, revision: number, signal: AbortSignal): Promise<void> {
    return this.revisions.reached(tenant, revision, signal);
  }

  /** Files of versions that are no longer kept only take room; another replica of this machine may be first. */
  private async removeFiles(tenant: string, before: ModelRecord, now: ModelRecord): Promise<void> {
    const kept = new Set(now.versions.map(({ version }) => version));
    const gone = before.versions.filter(({ version }) => !kept.has(version));
    const removals = gone.map(({ version }) => rm(this.pathOf(tenant, version), { force: true }));
    await Promise.all(removals).catch((error: unknown) => this.options.onError(tenant, error));
  }

  /** Lets go of a tenant's models whose data are destroyed, and removes their files here and from the shelf. */
  private async forget(tenant: string): Promise<void> {
    this.records.delete(tenant);
    try {
      await this.turns.take(tenant, async () => {
        const { shelf } = this.options;
        const served = this.served.get(tenant);
        if (served && shelf.isForgotten(tenant, served.version)) {
          this.served.delete(tenant);
          served.model.close();
        }
        const folder = dirname(this.pathOf(tenant, 'any'));
        for (const file of await readdir(folder).catch(() => [])) {
          if (shelf.isForgotten(tenant, file.split('.', 1)[0]!)) await rm(join(folder, file), { force: true });
        }
        await shelf.forget(tenant);
      });
    } catch (error) {
      this.options.onError(tenant, error);
    }
  }

  /** Never rejects: what fails is told and tried again. */
  private async follow(tenant: string): Promise<void> {
    try {
      await this.turns.take(tenant, () => this.catchUp(tenant));
    } catch (error) {
      if (this.stopped.signal.aborted) return;
      recommenderMetrics.modelLoads.inc({ outcome: 'failed' });
      this.options.onError(tenant, error);
      setTimeout(() => void this.follow(tenant), RETRY_MS).unref();
    }
  }

  private async catchUp(tenant: string): Promise<void> {
    const known = this.records.get(tenant);
    if (!known || this.stopped.signal.aborted) return;
    const { record, revision } = known;
    const wanted = record.versions.find(({ version }) => version === record.serving);
    if (wanted && wanted.version !== this.served.get(tenant)?.version) await this.open(tenant, wanted);
    this.revisions.took(tenant, revision);
  }

  private async open(tenant: string, wanted: KeptVersion): Promise<void> {
    const path = this.pathOf(tenant, wanted.version);
    await this.options.shelf.fetch(wanted, path);
    const model = await openModel(path);
    const before = this.served.get(tenant);
    this.served.set(tenant, { version: wanted.version, path, model, minValue: wanted.minValue });
    recommenderMetrics.modelLoads.inc({ outcome: 'loaded' });
    before?.model.close();
  }
}
