import { WatchedBucket, type Watchable } from '@llmos/bus';
import { restrictionSchema, type Restriction } from '@llmos/contracts/capabilities/security';

const STRICTEST: readonly Restriction['action'][] = ['hold', 'block', 'slow'];

interface Entry {
  readonly restriction: Restriction;
  readonly untilMs: number;
}

/** The restrictions in force. Empty until the bucket has been read: until then every request may pass. */
export class RestrictionsFeed {
  private readonly bySubject = new Map<string, Entry>();
  private watched: WatchedBucket<Entry> | undefined;

  get size(): number {
    return this.bySubject.size;
  }

  /** An entry that cannot be read restricts no request. */
  async start(bucket: Watchable): Promise<void> {
    this.watched = await WatchedBucket.open(bucket, {
      decode,
      onChange: (_, now, before) => {
        if (before) this.bySubject.delete(nameOf(before.restriction.subject));
        if (now) this.bySubject.set(nameOf(now.restriction.subject), now);
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
      const entry = name === undefined ? undefined : this.bySubject.get(name);
      if (!entry || entry.untilMs <= nowMs) continue;
      if (!found || STRICTEST.indexOf(entry.restriction.action) < STRICTEST.indexOf(found.action))
        found = entry.restriction;
    }
    return found;
  }
}

/** `address 192.0.2.7`. */
export function nameOf({ kind, id }: Restriction['subject']): string {
  return `${kind} ${id}`;
}

function decode(value: Uint8Array): Entry {
  const restriction = restrictionSchema.parse(JSON.parse(new TextDecoder().decode(value)));
  return { restriction, untilMs: restriction.until === undefined ? Infinity : Date.parse(restriction.until) };
}
