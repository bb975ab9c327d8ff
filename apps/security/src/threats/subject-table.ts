import type { Restriction } from '@llmos/contracts/capabilities/security';
import { LRUCache } from 'lru-cache';
import { SubjectWatch, type SubjectMemory } from './subject-watch.js';

export type Subject = Restriction['subject'];

/** The share of places for subjects with a learnt baseline, so that a flood of new addresses cannot evict them. */
const KNOWN_SHARE = 0.5;

export function nameOf({ kind, id }: Subject): string {
  return `${kind} ${id}`;
}

/**
 * The watched subjects, bounded: the least recently seen is evicted first. Subjects with a learnt baseline have places
 * of their own.
 */
export class SubjectTable {
  private readonly fresh: LRUCache<string, SubjectWatch>;
  private readonly known: LRUCache<string, SubjectWatch>;

  constructor(
    maxSubjects: number,
    private readonly injectionScore: number,
  ) {
    const maxKnown = Math.max(1, Math.floor(maxSubjects * KNOWN_SHARE));
    this.known = new LRUCache({ max: maxKnown });
    this.fresh = new LRUCache({ max: Math.max(1, maxSubjects - maxKnown) });
  }

  get size(): number {
    return this.fresh.size + this.known.size;
  }

  /** The watch of a subject, created if it is new, and marked as just seen. */
  open(subject: Subject, minute: number): SubjectWatch {
    const name = nameOf(subject);
    const known = this.known.get(name);
    if (known) return known;
    const watch = this.fresh.get(name) ?? new SubjectWatch(minute, this.injectionScore);
    if (watch.learnt) this.fresh.delete(name);
    (watch.learnt ? this.known : this.fresh).set(name, watch);
    return watch;
  }

  /** The baselines that are kept over a restart, by the name of the subject. */
  export(): Map<string, SubjectMemory> {
    return new Map([...this.known.entries()].map(([name, watch]) => [name, watch.export()]));
  }

  /** Adds baselines of other replicas or of an earlier start; subjects of this process are kept. */
  import(memories: Iterable<readonly [string, SubjectMemory]>): void {
    for (const [name, memory] of memories) {
      if (this.known.size >= this.known.max) return;
      if (this.known.has(name) || this.fresh.has(name)) continue;
      const watch = new SubjectWatch(0, this.injectionScore, memory);
      if (watch.learnt) this.known.set(name, watch);
    }
  }
}
