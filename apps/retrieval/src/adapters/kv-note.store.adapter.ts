import type { Bus } from '@llmos/bus';
import { BUCKETS, hasCode } from '@llmos/contracts';
import { SealedBucket, type AtRest } from '@llmos/vault';
import type { Feedback, Note, NoteRef, NoteStore, StoredNote } from '../ports/note-store.port.js';
import { decodeNote, encodeNote } from './note-json.js';

/** Since the last change of a note. */
const KEPT_MS = 90 * 24 * 3_600_000;
/** The share of the limit that is stored between two counts. */
const TRIM_EVERY = 1 / 20;

export interface KvNoteStoreOptions {
  /** The most notes of a tenant; up to a twentieth more are kept for each replica until they are counted. */
  readonly maxNotes: number;
  /** Seals notes with their tenant's key; without it they are stored in plain. */
  readonly atRest: AtRest | undefined;
  /** Receives the key of an entry that is no note and is left out, or the tenant whose notes could not be trimmed. */
  readonly onError: (key: string, error: unknown) => void;
}

/** Notes in a sealed JetStream KV bucket, under `<tenant>.<run>`. They are read when somebody asks: none is in memory. */
export class KvNoteStore implements NoteStore {
  /** Notes stored by this replica since it last counted those of the tenant. */
  private readonly uncounted = new Map<string, number>();

  private constructor(
    private readonly bucket: SealedBucket,
    private readonly options: KvNoteStoreOptions,
  ) {}

  /** Opens the bucket, and creates it if it does not exist. */
  static async open(bus: Bus, options: KvNoteStoreOptions): Promise<KvNoteStore> {
    const kv = { storage: 'file', ttlMs: KEPT_MS, erasable: true } as const;
    const bucket = await SealedBucket.open(bus, BUCKETS.questions, { kv, purpose: 'note', atRest: options.atRest });
    bucket.wipeShredded(options.onError);
    return new KvNoteStore(bucket, options);
  }

  async add({ tenant, run }: NoteRef, note: Note): Promise<boolean> {
    try {
      await this.bucket.update(`${tenant}.${run}`, encodeNote(note), 0);
    } catch (error) {
      if (hasCode(error, 'CONFLICT')) return false;
      throw error;
    }
    this.countLater(tenant);
    return true;
  }

  async get({ tenant, run }: NoteRef): Promise<Note | undefined> {
    const entry = await this.bucket.get(`${tenant}.${run}`);
    return entry && decodeNote(entry.value);
  }

  async setFeedback({ tenant, run }: NoteRef, feedback: Feedback): Promise<void> {
    await this.bucket.change(`${tenant}.${run}`, (value) => value && encodeNote({ ...decodeNote(value), feedback }));
  }

  async read(tenant: string): Promise<readonly StoredNote[]> {
    const notes = (await this.entries(tenant)).map(({ run, note }) => ({ run, ...note }));
    return notes.sort((a, b) => (a.run < b.run ? 1 : -1));
  }

  async forget(tenant: string, user: string): Promise<number> {
    const own = (await this.entries(tenant)).filter(({ note }) => note.user === user);
    for (const { revision } of own) await this.bucket.wipe(revision);
    return own.length;
  }

  /** Of two revisions of one note, the later counts. */
  private async entries(tenant: string): Promise<{ run: string; note: Note; revision: number }[]> {
    const { onError } = this.options;
    const byRun = new Map<string, { run: string; note: Note; revision: number }>();
    for await (const { key, value, revision } of this.bucket.stored(`${tenant}.>`, onError)) {
      const run = key.slice(tenant.length + 1);
      try {
        byRun.set(run, { run, note: decodeNote(value), revision });
      } catch (error) {
        onError(key, error);
      }
    }
    return [...byRun.values()];
  }

  /** Not awaited: nobody waits for the count. The first note after a start counts, too. */
  private countLater(tenant: string): void {
    const uncounted = (this.uncounted.get(tenant) ?? Infinity) + 1;
    const isDue = uncounted >= this.options.maxNotes * TRIM_EVERY;
    this.uncounted.set(tenant, isDue ? 0 : uncounted);
    if (isDue) void this.trim(tenant).catch((error: unknown) => this.options.onError(tenant, error));
  }

  /** Run ids begin with the time. No note is read: there are thousands. */
  private async trim(tenant: string): Promise<void> {
    const notes = new Map<string, number[]>();
    for await (const { key, revision } of this.bucket.revisions(`${tenant}.>`)) {
      const known = notes.get(key);
      if (known) known.push(revision);
      else notes.set(key, [revision]);
    }
    const oldest = [...notes.keys()].sort().slice(0, -this.options.maxNotes);
    for (const revision of oldest.flatMap((key) => notes.get(key)!)) await this.bucket.wipe(revision);
  }
}
