import type { Restriction } from '@llmos/contracts/capabilities/security';
import { SubjectWatch, type SubjectMemory } from './subject-watch.js';

export type Subject = Restriction['subject'];

/** The share of places for subjects that are known well: a flood of new addresses cannot push those out. */
const KNOWN_SHARE = 0.5;

export function nameOf({ kind, id }: Subject): string {
  return `${kind} ${id}`;
}

/**
 * The subjects that are watched, bounded: the longest unseen goes first. Those with a learnt baseline have places of
 * their own.
 */
export class SubjectTable {
  private readonly fresh = new Map<string, SubjectWatch>();
  private readonly known = new Map<string, SubjectWatch>();
  private readonly maxKnown: number;
  private readonly maxFresh: number;

  constructor(
    maxSubjects: number,
    private readonly injectionScore: number,
  ) {
    this.maxKnown = Math.max(1, Math.floor(maxSubjects * KNOWN_SHARE));
    this.maxFresh = Math.max(1, maxSubjects - this.maxKnown);
  }

  get size(): number {
    return this.fresh.size + this.known.size;
  }

  /** The subject's watch, made when there is none, and counted as just seen. */
  open(subject: Subject, minute: number): SubjectWatch {
    const name = nameOf(subject);
    const watch = this.known.get(name) ?? this.fresh.get(name) ?? new SubjectWatch(minute, this.injectionScore);
    this.known.delete(name);
    this.fresh.delete(name);
    const [table, most] = watch.learnt ? [this.known, this.maxKnown] : [this.fresh, this.maxFresh];
    table.set(name, watch);
    if (table.size > most) table.delete(table.keys().next().value!);
    return watch;
  }

  /** What is worth keeping over a restart, by name. */
  export(): Map<string, SubjectMemory> {
    return new Map([...this.known].map(([name, watch]) => [name, watch.export()]));
  }

  /** Takes up what another replica or an earlier life has learnt; what is known here already stays. */
  import(memories: Iterable<readonly [string, SubjectMemory]>): void {
    for (const [name, memory] of memories) {
      if (this.known.size >= this.maxKnown) return;
      if (this.known.has(name) || this.fresh.has(name)) continue;
      const watch = new SubjectWatch(0, this.injectionScore, memory);
      if (watch.learnt) this.known.set(name, watch);
    }
  }
}
