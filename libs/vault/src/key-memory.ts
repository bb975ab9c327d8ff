import type { DataKey } from '@llmos/privacy';
import { readKey, readShredded, subjectOf, type KeyRecord, type Shredding } from './key-record.js';

interface Tenant {
  readonly records: Map<number, KeyRecord>;
  /** Unwrapped keys, only in the memory of this process. */
  readonly keys: Map<number, Promise<DataKey>>;
  /** Every version up to this one is destroyed. */
  shreddedUpTo: number;
  /** When they were last destroyed, in Unix milliseconds; 0: never. */
  shreddedAtMs: number;
  /** When the newest record was last seen in the bucket. */
  checkedAtMs: number;
}

/** The tenants' keys in one process: the records of the bucket, and the unwrapped keys. */
export class KeyMemory {
  private readonly tenants = new Map<string, Tenant>();
  private readonly shredListeners = new Set<(tenant: string) => void>();

  /** Also calls the listener at once for each tenant shredded before. */
  onShred(listener: (tenant: string) => void): void {
    this.shredListeners.add(listener);
    for (const [tenant, { shreddedAtMs }] of this.tenants) if (shreddedAtMs > 0) listener(tenant);
  }

  of(tenant: string): Tenant {
    let known = this.tenants.get(tenant);
    if (!known) {
      known = { records: new Map(), keys: new Map(), shreddedUpTo: 0, shreddedAtMs: 0, checkedAtMs: 0 };
      this.tenants.set(tenant, known);
    }
    return known;
  }

  /** The highest version that exists or existed; 0 before the first. */
  newest(tenant: string): number {
    const { records, shreddedUpTo } = this.of(tenant);
    return Math.max(shreddedUpTo, ...records.keys());
  }

  /** The version to seal with; undefined if a key must be created. */
  current(tenant: string): number | undefined {
    const newest = this.newest(tenant);
    return newest > this.of(tenant).shreddedUpTo ? newest : undefined;
  }

  isShredded(tenant: string, version: number): boolean {
    return version <= this.of(tenant).shreddedUpTo;
  }

  shreddedAtMs(tenant: string): number {
    return this.tenants.get(tenant)?.shreddedAtMs ?? 0;
  }

  get isEmpty(): boolean {
    return [...this.tenants.values()].every(({ records }) => records.size === 0);
  }

  /** Every version of every tenant. */
  *versions(): Iterable<{ tenant: string; version: number }> {
    for (const [tenant, { records }] of this.tenants) for (const version of records.keys()) yield { tenant, version };
  }

  /**
   * Applies an entry of the bucket.
   *
   * @throws Error if the entry cannot be read.
   */
  learn(name: string, value: Uint8Array | undefined): void {
    const subject = subjectOf(name);
    if (!subject) return;
    const { tenant, version } = subject;
    if (!value) return version === undefined ? undefined : this.forget(tenant, version);
    if (version === undefined) return this.shred(tenant, readShredded(value));
    if (this.isShredded(tenant, version)) return;
    const { records, keys } = this.of(tenant);
    const record = readKey(value);
    // Another time means another key, created after the bucket was lost. A rewrapped key keeps its time.
    if (records.get(version)?.createdAt !== record.createdAt) keys.delete(version);
    records.set(version, record);
  }

  /** Forgets a version without a record, and destroys its unwrapped key. */
  forget(tenant: string, version: number): void {
    const { records, keys } = this.of(tenant);
    records.delete(version);
    keys
      .get(version)
      ?.then((opened) => opened.destroy())
      .catch(() => undefined);
    keys.delete(version);
  }

  /** Destroys every version up to this one, and calls the listeners once. */
  shred(tenant: string, { upTo, atMs }: Shredding): void {
    const known = this.of(tenant);
    const isNew = atMs > known.shreddedAtMs;
    known.shreddedUpTo = Math.max(upTo, known.shreddedUpTo);
    known.shreddedAtMs = Math.max(atMs, known.shreddedAtMs);
    for (const version of [...known.records.keys(), ...known.keys.keys()]) {
      if (version <= upTo) this.forget(tenant, version);
    }
    if (isNew) for (const listener of this.shredListeners) listener(tenant);
  }
}
