/** One process that works on up to `batch` requests at once. */
interface Replica {
  working: number;
  /** It leaves when its requests have ended. */
  draining: boolean;
}

/** Replicas of one capability in virtual time. Requests in company take as long as alone, until a replica is full. */
export class Replicas {
  now = 0;
  /** Of all that run, since the start. */
  replicaSeconds = 0;
  /** Of requests in work: two in one replica for a second are two. */
  workSeconds = 0;
  /** Requests. */
  ended = 0;
  /** In the order in which they became ready. */
  private readonly ready: Replica[] = [];
  /** Ascending. */
  private readonly readyAt: number[] = [];
  /** Requests in work, by the time at which they end, ascending. */
  private readonly ends: { readonly at: number; readonly replica: Replica }[] = [];
  private draining = 0;

  constructor(
    initial: number,
    private readonly startSeconds: number,
    private readonly batch: number,
  ) {
    for (let at = 0; at < initial; at++) this.ready.push(newReplica());
  }

  /** Requests in work. */
  get working(): number {
    return this.ends.length;
  }

  /** Replicas with at least one request. */
  get busy(): number {
    return this.ready.filter(({ working }) => working > 0).length;
  }

  /** All that use cores. */
  get running(): number {
    return this.ready.length + this.readyAt.length;
  }

  /** Without those that drain. */
  get current(): number {
    return this.running - this.draining;
  }

  /** When a request ends or a replica is ready. */
  get nextAt(): number {
    return Math.min(this.ends[0]?.at ?? Infinity, this.readyAt[0] ?? Infinity);
  }

  /** Moves the time on, no further than `nextAt`. */
  advance(at: number): void {
    this.replicaSeconds += this.running * (at - this.now);
    this.workSeconds += this.working * (at - this.now);
    this.now = at;
    while ((this.readyAt[0] ?? Infinity) <= at) {
      this.readyAt.shift();
      this.ready.push(newReplica());
    }
    while ((this.ends[0]?.at ?? Infinity) <= at) {
      const { replica } = this.ends.shift()!;
      this.ended++;
      replica.working--;
      if (replica.draining && replica.working === 0) this.remove(replica);
    }
  }

  /** The replica with the fewest requests takes one. @returns whether one had room. */
  work(seconds: number): boolean {
    let taking: Replica | undefined;
    for (const replica of this.ready)
      if (!replica.draining && replica.working < (taking?.working ?? this.batch)) taking = replica;
    if (!taking) return false;
    taking.working++;
    const at = this.now + seconds;
    const after = this.ends.findLastIndex((each) => each.at <= at);
    this.ends.splice(after + 1, 0, { at, replica: taking });
    return true;
  }

  /** Those that drain stay first, then new ones start. Those that start leave first, then those with the fewest requests. */
  scale(wanted: number): void {
    for (let missing = wanted - this.current; missing > 0; missing--) {
      const kept = this.ready.find(({ draining }) => draining);
      if (kept) this.drain(kept, false);
      else this.readyAt.push(this.now + this.startSeconds);
    }
    let surplus = this.current - wanted;
    for (; surplus > 0 && this.readyAt.length > 0; surplus--) this.readyAt.pop();
    const leaving = this.ready.filter(({ draining }) => !draining).sort((a, b) => a.working - b.working);
    for (const replica of leaving.slice(0, surplus))
      if (replica.working === 0) this.ready.splice(this.ready.indexOf(replica), 1);
      else this.drain(replica, true);
  }

  private drain(replica: Replica, draining: boolean): void {
    replica.draining = draining;
    this.draining += draining ? 1 : -1;
  }

  private remove(replica: Replica): void {
    this.ready.splice(this.ready.indexOf(replica), 1);
    this.draining--;
  }
}

const newReplica = (): Replica => ({ working: 0, draining: false });
