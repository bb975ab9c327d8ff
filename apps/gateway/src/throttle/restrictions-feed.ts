import type { KvBucket } from '@llmos/bus';
import { restrictionSchema, type Restriction } from '@llmos/contracts/capabilities/security';

const STRICTEST: readonly Restriction['action'][] = ['hold', 'block', 'slow'];

/** The restrictions in force. Empty until the bucket has been read: until then every request may pass. */
export class RestrictionsFeed {
  private readonly byId = new Map<string, { restriction: Restriction; untilMs: number }>();
  private readonly bySubject = new Map<string, string>();
  private watching: { stop(): void } | undefined;

  get size(): number {
    return this.byId.size;
  }

  async start(bucket: Pick<KvBucket, 'watch'>): Promise<void> {
    this.watching = await bucket.watch({ onEntry: ({ key, value }) => this.follow(key, value) });
  }

  stop(): void {
    this.watching?.stop();
  }

  /** The strictest restriction in force among those of the given names. */
  find(names: readonly (string | undefined)[], nowMs: number): Restriction | undefined {
    if (this.bySubject.size === 0) return undefined;
    let found: Restriction | undefined;
    for (const name of names) {
      const id = name === undefined ? undefined : this.bySubject.get(name);
      const entry = id === undefined ? undefined : this.byId.get(id);
      if (!entry || entry.untilMs <= nowMs) continue;
      if (!found || STRICTEST.indexOf(entry.restriction.action) < STRICTEST.indexOf(found.action))
        found = entry.restriction;
    }
    return found;
  }

  private follow(id: string, value: Uint8Array | undefined): void {
    const before = this.byId.get(id);
    if (before) this.bySubject.delete(nameOf(before.restriction.subject));
    this.byId.delete(id);
    const restriction = value && read(value);
    if (!restriction) return;
    const untilMs = restriction.until === undefined ? Infinity : Date.parse(restriction.until);
    this.byId.set(id, { restriction, untilMs });
    this.bySubject.set(nameOf(restriction.subject), id);
  }
}

/** `address 192.0.2.7`. */
export function nameOf({ kind, id }: Restriction['subject']): string {
  return `${kind} ${id}`;
}

/** An entry that cannot be read restricts no request. */
function read(value: Uint8Array): Restriction | undefined {
  try {
    return restrictionSchema.parse(JSON.parse(new TextDecoder().decode(value)));
  } catch {
    return undefined;
  }
}
