import { hasCode, LlmosError } from '@llmos/contracts';
import type { AtRest } from '@llmos/vault';
import type { Redis } from 'ioredis';
import { decodeFrame, encodeFrame, headerOf } from './entry-frame.js';
import { entryHash, EntryKeys, userHash, type EntryRef, type EntryUser } from './entry-keys.js';
import { RedisConnection, type RedisConnectionOptions } from './redis-connection.js';
import { APPEND, DELETE_OF_USER } from './scripts.js';

export interface StateStoreOptions extends Omit<RedisConnectionOptions, 'commandTimeoutMs'> {
  /** How long a command may take, in milliseconds. Default: 200. */
  readonly commandTimeoutMs?: number;
  /** Begins every key. Default: `llmos`. */
  readonly keyPrefix?: string;
  /** Seals the entries with their tenant's keys. */
  readonly atRest: Pick<AtRest, 'seal' | 'open' | 'isLost'>;
  /** Receives the cause when an entry cannot be read and is skipped. */
  readonly onUnreadable?: (error: unknown) => void;
}

/** An element of a list, such as a turn of a conversation. */
export interface StateEntry {
  /** Appending an entry again under the same id changes nothing: `<run>:<step>` survives the redelivery of a task. */
  readonly id: string;
  readonly bytes: Uint8Array;
  /** Who takes part with this entry; `deleteUser` then deletes the whole list. */
  readonly user?: string;
}

/** The bounds of a list. Every append applies them. */
export interface ListLimits {
  /** The list expires so many seconds after its last append. At most {@link MAX_TTL_SECONDS}. */
  readonly ttlSeconds: number;
  /** The oldest entries over this number are dropped. At most {@link MAX_ENTRIES}. */
  readonly maxEntries: number;
  /** The oldest entries over this size are dropped; as stored, about 110 bytes more each. At most {@link MAX_BYTES}. */
  readonly maxBytes: number;
}

const DEFAULT_TIMEOUT_MS = 200;
const PURPOSE = 'state';
const MAX_TTL_SECONDS = 366 * 24 * 3_600;
const MAX_ENTRIES = 1_000;
const MAX_BYTES = 1_048_576;
/** How many keys Redis looks at, and how many lists it reads, before it serves others again. */
const SCAN_COUNT = 500;
const LISTS_PER_SCRIPT = 50;

/**
 * Short lists of sealed entries in Redis, such as the turns of a conversation: bounded, expiring, and deleted with
 * their user. The memory of a service, not its record: when Redis does not answer within the time limit, every method
 * rejects with UNAVAILABLE, and the service is expected to go on without (`degraded`).
 *
 * All methods throw LlmosError INVALID_ARGUMENT for a name that cannot be a key.
 */
export class StateStore {
  private readonly keys: EntryKeys;

  private constructor(
    private readonly connection: RedisConnection,
    private readonly options: StateStoreOptions,
  ) {
    this.keys = new EntryKeys(options.keyPrefix ?? 'llmos');
  }

  /**
   * Connects, and waits at most for the time limit of a command. A Redis that is absent is connected to later.
   *
   * @throws Error if the address is not in a known form.
   */
  static async open(options: StateStoreOptions): Promise<StateStore> {
    const commandTimeoutMs = options.commandTimeoutMs ?? DEFAULT_TIMEOUT_MS;
    const connection = new RedisConnection({ ...options, commandTimeoutMs });
    await connection.settled(commandTimeoutMs);
    return new StateStore(connection, options);
  }

  /**
   * Adds an entry at the end of a list, in one step with the limits.
   *
   * @returns false if the list already has an entry with this id.
   * @throws LlmosError PAYLOAD_TOO_LARGE if the entry alone is over `maxBytes`, UNAVAILABLE if Redis or the tenant's
   *   keys cannot be used. After UNAVAILABLE the entry may or may not be stored; append it again under the same id.
   */
  async append(ref: EntryRef, entry: StateEntry, limits: ListLimits): Promise<boolean> {
    checkLimits(limits);
    const list = this.keys.list(ref);
    const user = entry.user === undefined ? '' : userHash({ tenant: ref.tenant, user: entry.user });
    const header = headerOf({ entryHash: entryHash(entry.id), userHash: user, storedAtMs: Date.now() });
    const sealed = await this.options.atRest.seal(ref.tenant, PURPOSE, sealedUnder(ref, header), entry.bytes);
    const frame = encodeFrame(header, sealed);
    if (frame.length > limits.maxBytes) throw tooLarge(frame.length, limits.maxBytes);
    const { maxEntries, maxBytes, ttlSeconds } = limits;
    const given = [frame, maxEntries, maxBytes, ttlSeconds];
    return (await this.connection.call('append', (redis) => redis.eval(APPEND, 1, list, ...given))) === 1;
  }

  /**
   * The entries of a list, oldest first; empty if there is none. Entries whose keys were destroyed are absent.
   *
   * @throws LlmosError UNAVAILABLE if Redis or the tenant's keys cannot be used.
   */
  async read(ref: EntryRef): Promise<Uint8Array[]> {
    const list = this.keys.list(ref);
    const stored = await this.connection.call('read', (redis) => redis.lrangeBuffer(list, 0, -1));
    const opened = await Promise.all(stored.map((bytes) => this.opened(ref, bytes)));
    return opened.filter((bytes) => bytes !== undefined);
  }

  /** Deletes a list. @throws LlmosError UNAVAILABLE; it may or may not be deleted. Repeat it. */
  async delete(ref: EntryRef): Promise<void> {
    const list = this.keys.list(ref);
    await this.connection.call('delete', (redis) => redis.unlink(list));
  }

  /**
   * Deletes every list that holds an entry of the user, the entries of others in it included. It looks through all
   * lists of the tenant, in short commands: an index in Redis could be evicted before the lists that it names.
   *
   * @returns the number of lists deleted.
   * @throws LlmosError UNAVAILABLE; some lists may be deleted. Repeat it.
   */
  async deleteUser({ tenant, user }: EntryUser): Promise<number> {
    const pattern = this.keys.pattern(tenant);
    const hash = userHash({ tenant, user });
    let deleted = 0;
    let cursor = '0';
    do {
      const from = cursor;
      const scan = (redis: Redis) => redis.scan(from, 'MATCH', pattern, 'COUNT', SCAN_COUNT);
      const [next, lists] = await this.connection.call('delete_user', scan);
      for (let at = 0; at < lists.length; at += LISTS_PER_SCRIPT)
        deleted += await this.deleteOfUser(lists.slice(at, at + LISTS_PER_SCRIPT), hash);
      cursor = next;
    } while (cursor !== '0');
    return deleted;
  }

  /** Disconnects, after the commands in progress. */
  close(): Promise<void> {
    return this.connection.close();
  }

  private async deleteOfUser(lists: readonly string[], hash: string): Promise<number> {
    const script = (redis: Redis) => redis.eval(DELETE_OF_USER, lists.length, ...lists, hash);
    return Number(await this.connection.call('delete_user', script));
  }

  private async opened(ref: EntryRef, bytes: Buffer): Promise<Uint8Array | undefined> {
    const { atRest, onUnreadable } = this.options;
    const decoded = decodeFrame(bytes);
    if (!decoded) return undefined;
    const { header, frame, content } = decoded;
    try {
      if (atRest.isLost(ref.tenant, content, frame.storedAtMs)) return undefined;
      return await atRest.open(ref.tenant, PURPOSE, sealedUnder(ref, header), content);
    } catch (error) {
      if (hasCode(error, 'UNAVAILABLE')) throw error;
      if (!hasCode(error, 'NOT_FOUND')) onUnreadable?.(error);
      return undefined;
    }
  }
}

/** Binds a sealed entry to its list and its header: it does not open in another place or under another header. */
function sealedUnder({ kind, id }: EntryRef, header: string): string {
  return JSON.stringify([kind, id, header]);
}

function checkLimits({ ttlSeconds, maxEntries, maxBytes }: ListLimits): void {
  const check = (name: string, value: number, most: number) => {
    if (!Number.isInteger(value) || value < 1 || value > most)
      throw new RangeError(`${name} must be an integer from 1 to ${most}, not ${value}`);
  };
  check('ttlSeconds', ttlSeconds, MAX_TTL_SECONDS);
  check('maxEntries', maxEntries, MAX_ENTRIES);
  check('maxBytes', maxBytes, MAX_BYTES);
}

function tooLarge(sizeBytes: number, maxBytes: number): LlmosError {
  return new LlmosError('PAYLOAD_TOO_LARGE', `The entry has ${sizeBytes} bytes when stored; the limit is ${maxBytes}.`);
}
