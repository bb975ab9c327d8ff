import type { Bus, KvBucket } from '@llmos/bus';
import { BUCKETS, hasCode, isLlmosError, LlmosError } from '@llmos/contracts';
import {
  cannotOpen,
  DataKey,
  MESSAGES_PER_KEY,
  rewrap,
  type Binding,
  type KeyService,
  type Sealed,
} from '@llmos/privacy';
import { cannotUseKeys, destroyed, wrongMaster } from './key-errors.js';
import { KeyMemory } from './key-memory.js';
import {
  keyName,
  messagesName,
  readKey,
  readMessages,
  readShredded,
  shreddedName,
  writeKey,
  writeMessages,
  writeShredded,
} from './key-record.js';
import { SingleFlight } from './single-flight.js';

/** How many values a process may seal between two updates of the count in the bucket. */
const MESSAGES_PER_BLOCK = 65_536;
/** A key is rotated at half its limit, so that every process learns of the next key in time. */
const ROTATE_AT = MESSAGES_PER_KEY / 2;
const SEAL_ATTEMPTS = 3;
const CHECK_MS = 10_000;

export interface TenantKeysOptions {
  /** Opens the master key on first use. `mayCreate` is true if no data key is wrapped by an older one. */
  readonly openMaster: (mayCreate: boolean) => Promise<KeyService>;
  readonly onProblem?: (error: unknown, message: string) => void;
  /** How often the key in use is checked against the bucket, in milliseconds. */
  readonly checkMs?: number;
}

type TenantBinding = Omit<Binding, 'tenant'>;

/**
 * The data keys of the tenants: created on first use, rotated, destroyed. A bucket that every process watches stores
 * them wrapped by the master key. Unwrapped keys are in memory only, and are dropped as soon as a shredding is seen.
 */
export class TenantKeys {
  private readonly memory = new KeyMemory();
  private readonly flight = new SingleFlight();
  private master: Promise<KeyService> | undefined;

  private loaded: KvBucket | undefined;

  /** Operations reject with UNAVAILABLE until {@link load} has read the keys. */
  constructor(private readonly options: TenantKeysOptions) {}

  static async open(bus: Bus, options: TenantKeysOptions): Promise<TenantKeys> {
    const keys = new TenantKeys(options);
    await keys.load(bus);
    return keys;
  }

  /** Opens the bucket and follows it. Resolves when every stored key has been read. */
  async load(bus: Bus): Promise<void> {
    const bucket = await bus.kv(BUCKETS.tenantKeys, { storage: 'file', erasable: true });
    await bucket.watch({ onEntry: ({ key, value }) => this.learn(key, value) });
    this.loaded = bucket;
  }

  private get bucket(): KvBucket {
    if (!this.loaded) throw new LlmosError('UNAVAILABLE', 'The keys of the tenants have not been loaded yet.');
    return this.loaded;
  }

  /**
   * Checks whether this process can unwrap the newest key of each tenant. It creates nothing.
   *
   * @throws LlmosError UNAVAILABLE if the master key is missing, cannot be read, or did not wrap the newest keys.
   */
  async verify(): Promise<void> {
    if (this.memory.isEmpty) return;
    const { id } = await this.openMaster();
    for (const { tenant, version } of this.memory.versions()) {
      const record = this.memory.of(tenant).records.get(version);
      if (record && version === this.memory.current(tenant) && record.master !== id)
        throw this.problem(wrongMaster(record.master, id));
    }
  }

  /** Whether this version of the tenant's keys has been destroyed. */
  isShredded(tenant: string, version: number): boolean {
    return this.memory.isShredded(tenant, version);
  }

  /** When the tenant's keys were last destroyed, in Unix milliseconds; 0: never. */
  shreddedAtMs(tenant: string): number {
    return this.memory.shreddedAtMs(tenant);
  }

  /** Registers a listener for each tenant whose keys are or were destroyed: it must drop the opened data. */
  onShred(listener: (tenant: string) => void): void {
    this.memory.onShred(listener);
  }

  /** Seals with the newest key of the tenant, or with a new one if there is none. */
  async seal(tenant: string, binding: TenantBinding, plain: Uint8Array): Promise<Sealed> {
    for (let attempt = 1; ; attempt++) {
      const key = await this.current(tenant);
      try {
        if (key.messagesLeft < 1) await this.flight.once(`allow ${tenant}`, () => this.allow(key));
        return key.seal(binding, plain);
      } catch (error) {
        // A concurrent call used up the count, or the key was rotated or destroyed meanwhile.
        if (!isLlmosError(error) || attempt === SEAL_ATTEMPTS) throw error;
      }
    }
  }

  /**
   * Opens data that any version of the key sealed for the same tenant and purpose.
   *
   * @throws LlmosError NOT_FOUND if its key was destroyed, INVALID_ARGUMENT if it does not open, UNAVAILABLE if the
   *   master key of this process is a different one or cannot be read.
   */
  async open(tenant: string, binding: TenantBinding, sealed: Sealed): Promise<Uint8Array> {
    const { keyVersion } = sealed;
    if (this.memory.isShredded(tenant, keyVersion)) throw destroyed(keyVersion);
    const key = await this.unwrapped(tenant, keyVersion);
    if (this.memory.isShredded(tenant, keyVersion)) throw destroyed(keyVersion);
    return key.open(binding, sealed);
  }

  /** Creates a new version for all later sealing. @returns its number. */
  rotate(tenant: string): Promise<number> {
    return this.flight.once(`rotate ${tenant}`, () => this.create(tenant, this.memory.newest(tenant) + 1));
  }

  /**
   * Destroys every key of the tenant: they are overwritten on the broker's disk, and each process drops its copies
   * when it sees the entry. The call can be repeated. Later sealing for the tenant uses a new key.
   *
   * @returns how many keys were destroyed.
   */
  async shred(tenant: string): Promise<number> {
    let last = this.memory.newest(tenant);
    while (await this.bucket.get(keyName(tenant, last + 1))) last++;
    // The entry comes first: from then on no process opens anything, even if this one fails.
    const shredding = { upTo: last, atMs: Date.now() };
    await this.bucket.change(shreddedName(tenant), (value) =>
      writeShredded({ ...shredding, upTo: Math.max(last, value ? readShredded(value).upTo : 0) }),
    );
    this.memory.shred(tenant, shredding);
    let count = 0;
    for (let version = 1; version <= last; version++) {
      if (!(await this.bucket.get(keyName(tenant, version)))) continue;
      await this.bucket.erase(keyName(tenant, version));
      count++;
    }
    return count;
  }

  /**
   * Rewraps every data key with another master key. Sealed data does not change. Afterwards, all processes must be
   * started with the new master key.
   *
   * @returns how many keys were rewrapped.
   */
  async rewrap(to: KeyService): Promise<number> {
    const from = await this.openMaster();
    let count = 0;
    for (const { tenant, version } of [...this.memory.versions()]) {
      const entry = await this.bucket.get(keyName(tenant, version));
      const record = entry && readKey(entry.value);
      if (!record || record.master === to.id) continue;
      const wrapped = await rewrap(Buffer.from(record.wrapped, 'base64'), { tenant, version }, from, to);
      const value = writeKey({ ...record, master: to.id, wrapped: Buffer.from(wrapped).toString('base64') });
      await this.bucket.update(keyName(tenant, version), value, entry.revision);
      count++;
    }
    return count;
  }

  private async current(tenant: string): Promise<DataKey> {
    const { checkedAtMs } = this.memory.of(tenant);
    if (Date.now() - checkedAtMs > (this.options.checkMs ?? CHECK_MS)) {
      await this.flight.once(`check ${tenant}`, () => this.check(tenant));
    }
    const known = this.memory.current(tenant);
    const create = () => this.create(tenant, this.memory.newest(tenant) + 1);
    return this.unwrapped(tenant, known ?? (await this.flight.once(`create ${tenant}`, create)));
  }

  /** Drops the newest key if the bucket no longer stores it: data sealed with it could not be opened again. */
  private async check(tenant: string): Promise<void> {
    const version = this.memory.current(tenant);
    const entry = version === undefined ? undefined : await this.bucket.get(keyName(tenant, version));
    if (version !== undefined) {
      if (entry) this.learn(keyName(tenant, version), entry.value);
      else this.memory.forget(tenant, version);
    }
    this.memory.of(tenant).checkedAtMs = Date.now();
  }

  /** Creates this version, or takes it from the process that was first. @returns the version that exists now. */
  private async create(tenant: string, version: number): Promise<number> {
    const master = await this.openMaster();
    const bytes = DataKey.newBytes();
    const wrapped = Buffer.from(await master.wrap(bytes, { tenant, version })).toString('base64');
    bytes.fill(0);
    const value = writeKey({ master: master.id, wrapped, createdAt: new Date().toISOString() });
    const name = keyName(tenant, version);
    try {
      await this.bucket.update(name, value, 0);
      this.learn(name, value);
    } catch (error) {
      if (!hasCode(error, 'CONFLICT')) throw error;
      this.learn(name, (await this.bucket.get(name))?.value);
    }
    // A shredding that this process has not seen yet can include this version.
    const shredded = await this.bucket.get(shreddedName(tenant));
    const shredding = shredded && readShredded(shredded.value);
    if (!shredding || version > shredding.upTo) return version;
    this.memory.shred(tenant, shredding);
    await this.bucket.erase(name);
    return this.create(tenant, shredding.upTo + 1);
  }

  private unwrapped(tenant: string, version: number): Promise<DataKey> {
    const { keys } = this.memory.of(tenant);
    const cached = keys.get(version);
    if (cached) return cached;
    const unwrapping = this.unwrap(tenant, version);
    keys.set(version, unwrapping);
    unwrapping.catch(() => keys.delete(version));
    return unwrapping;
  }

  private async unwrap(tenant: string, version: number): Promise<DataKey> {
    const known = this.memory.of(tenant).records.get(version);
    // Another process may have created it a moment ago.
    const stored = known ? undefined : await this.bucket.get(keyName(tenant, version));
    const record = known ?? (stored && readKey(stored.value));
    if (!record) throw cannotOpen();
    const master = await this.openMaster();
    if (record.master !== master.id) throw this.problem(wrongMaster(record.master, master.id));
    const bytes = await master.unwrap(Buffer.from(record.wrapped, 'base64'), { tenant, version });
    const key = new DataKey(tenant, version, bytes);
    bytes.fill(0);
    if (this.memory.isShredded(tenant, version)) key.destroy();
    return key;
  }

  /** Counts the sealed values of a key over all processes, and rotates the key long before its limit. */
  private async allow(key: DataKey): Promise<void> {
    if (key.messagesLeft > 0) return;
    let allowed = 0;
    await this.bucket.change(messagesName(key.tenant, key.version), (value) => {
      allowed = (value ? readMessages(value) : 0) + MESSAGES_PER_BLOCK;
      return writeMessages(Math.min(allowed, MESSAGES_PER_KEY));
    });
    if (allowed <= MESSAGES_PER_KEY) key.allowMessages(MESSAGES_PER_BLOCK);
    if (allowed > ROTATE_AT && key.version === this.memory.current(key.tenant)) await this.rotate(key.tenant);
  }

  private openMaster(): Promise<KeyService> {
    this.master ??= this.options.openMaster(this.memory.isEmpty).catch((error: unknown) => {
      this.master = undefined;
      throw this.problem(error);
    });
    return this.master;
  }

  private learn(name: string, value: Uint8Array | undefined): void {
    try {
      this.memory.learn(name, value);
    } catch (error) {
      this.options.onProblem?.(error, 'an entry in the bucket of tenant keys cannot be read');
    }
  }

  private problem(error: unknown): Error {
    this.options.onProblem?.(error, 'the master key is unavailable');
    return cannotUseKeys(error);
  }
}
