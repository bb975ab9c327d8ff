import { WatchedBucket, type Watchable } from '@llmos/bus';
import { LOAD_RESTRICTION } from '@llmos/contracts';
import { restrictionSchema, type Restriction } from '@llmos/contracts/capabilities/security';

const STRICTEST: readonly Restriction['action'][] = ['hold', 'block', 'slow'];

interface Entry {
  readonly restriction: Restriction;
  readonly untilMs: number;
}

/** The longest restriction because of load: whoever may write these can slow a tenant for a while, and no more. */
const LONGEST_LOAD_MS = 600_000;

/** The restrictions in force. Empty until the bucket has been read: until then every request may pass. */
export class RestrictionsFeed {
  /** By the name of the subject, then by key: a tenant can be restricted for two reasons. */
  private readonly bySubject = new Map<string, Map<string, Entry>>();
  private watched: WatchedBucket<Entry> | undefined;

  get size(): number {
    return this.bySubject.size;
  }

  /** An entry that cannot be read restricts no request. */
  async start(bucket: Watchable): Promise<void> {
    this.watched = await WatchedBucket.open(bucket, {
      decode,
      onChange: (key, now, before) => {
        if (before) this.forget(key, before);
        if (now) this.note(key, now);
      },
    });
  }

  stop(): void {
    this.watched?.stop();
  }

  /** The strictest restriction in force among those of the given names. */
  find(names: readonly (string | undefined)[], nowMs: number): Restriction | undefined {
    let found: Restriction | undefined;
    for (const name of names) {
      const entries = name === undefined ? undefined : this.bySubject.get(name)?.values();
      for (const { restriction, untilMs } of entries ?? []) {
        if (untilMs <= nowMs) continue;
        if (!found || STRICTEST.indexOf(restriction.action) < STRICTEST.indexOf(found.action)) found = restriction;
      }
    }
    return found;
  }

  private note(key: string, entry: Entry): void {
    const name = nameOf(entry.restriction.subject);
    this.bySubject.set(name, (this.bySubject.get(name) ?? new Map<string, Entry>()).set(key, entry));
  }

  private forget(key: string, { restriction }: Entry): void {
    const name = nameOf(restriction.subject);
    const entries = this.bySubject.get(name);
    entries?.delete(key);
    if (entries?.size === 0) this.bySubject.delete(name);
  }
}

/** `address 192.0.2.7`. */
export function nameOf({ kind, id }: Restriction['subject']): string {
  return `${kind} ${id}`;
}

function decode(value: Uint8Array, { key }: { readonly key: string }): Entry {
  const restriction = restrictionSchema.parse(JSON.parse(new TextDecoder().decode(value)));
  const { action, subject, since, until } = restriction;
  const untilMs = until === undefined ? Infinity : Date.parse(until);
  if (key.startsWith(`${LOAD_RESTRICTION}.`)) {
    const isShort = untilMs - Date.parse(since) <= LONGEST_LOAD_MS;
    if (action !== 'slow' || subject.kind !== 'tenant' || !isShort)
      throw new Error(`${key}: load is no reason for this restriction`);
  }
  return { restriction, untilMs };
}
