/**
 * Replicas of a language model in virtual time: each reads prompts one after the other, keeps what it has read in blocks
 * (least recently used ones go first), and tells its load with the code of libs/mesh. Decoding takes no time of reading, as
 * where the two have machines of their own.
 */
import type { ReplicaSign } from '@llmos/contracts';
import { OwnLoad, Replicas, kilocharsOf, sharedKilochars, type Prefix } from '@llmos/mesh';
import { FairQueue } from '@llmos/resilience';

/** Assumed: tokens that a replica reads in a second, and how many blocks of 512 tokens it keeps. */
export const [TOKENS_PER_MS, KEPT_BLOCKS, FIXED_MS] = [5, 5_000, 20];
/** Beginnings that a replica says it holds: as many as fit, with prompts of 24 blocks, as in the Mooncake trace. */
const KEPT_BEGINNINGS = 200;
/** From a change of the load to the sign that those who hand tasks on have heard. */
/** How often a sign has all that is held. */
const WHOLE_MS = 10_000;
const SIGN_MS = 12;
const PUBLISHERS = 2;
const CAPABILITY = 'generation.answer';

export interface Arrival {
  readonly atMs: number;
  /** Thousand tokens count as a thousand characters. */
  readonly prefix: Prefix;
  readonly tenant: string;
}

/** `round robin`, as the broker gives messages to those that wait; `least loaded` by what is to be read. */
export type Policy = 'round robin' | 'least loaded' | 'prefix only' | 'fastest';
export const POLICIES: readonly Policy[] = ['round robin', 'least loaded', 'prefix only', 'fastest'];

interface Waiting extends Arrival {
  readonly begun: ReturnType<OwnLoad['begin']>;
  readonly done: (ms: number) => void;
}

/** What happens next, and when. */
class Agenda {
  nowMs = 0;
  private readonly heap: { atMs: number; order: number; act: () => void }[] = [];
  private order = 0;

  at(atMs: number, act: () => void): void {
    const { heap } = this;
    heap.push({ atMs, order: this.order++, act });
    for (let child = heap.length - 1; child > 0;) {
      const parent = (child - 1) >> 1;
      if (!this.isBefore(child, parent)) break;
      [heap[child], heap[parent]] = [heap[parent]!, heap[child]!];
      child = parent;
    }
  }

  run(): void {
    for (let next = this.take(); next; next = this.take()) {
      this.nowMs = next.atMs;
      next.act();
    }
  }

  private isBefore(a: number, b: number): boolean {
    const [one, other] = [this.heap[a]!, this.heap[b]!];
    return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
  }

  private take() {
    const { heap } = this;
    const first = heap[0];
    const last = heap.pop();
    if (!first || !last || heap.length === 0) return first;
    heap[0] = last;
    for (let parent = 0; ;) {
      const least = [2 * parent + 1, 2 * parent + 2]
        .filter((child) => child < heap.length)
        .reduce((best, child) => (this.isBefore(child, best) ? child : best), parent);
      if (least === parent) return first;
      [heap[parent], heap[least]] = [heap[least]!, heap[parent]!];
      parent = least;
    }
  }
}

class Replica {
  readonly load: OwnLoad;
  private readonly blocks = new Set<string>();
  private readonly queue = new FairQueue<Waiting>();
  private isBusy = false;
  private readonly agenda: Agenda;
  private readonly slowness: number;

  constructor(agenda: Agenda, slowness: number, onChange: () => void) {
    this.agenda = agenda;
    this.slowness = slowness;
    this.load = new OwnLoad(['prompt'], onChange, () => agenda.nowMs);
    this.load.keep(KEPT_BEGINNINGS);
  }

  /** How much of a prompt it holds. */
  shares(prefix: Prefix): number {
    return sharedKilochars(prefix, this.blocks);
  }

  take(arrival: Arrival, done: (ms: number) => void): void {
    const waiting = { ...arrival, begun: this.load.begin(arrival.prefix), done };
    this.queue.push(waiting, { owner: { lane: 'live', tenant: arrival.tenant } });
    this.next();
  }

  private next(): void {
    if (this.isBusy) return;
    const turn = this.queue.shift();
    if (!turn) return;
    this.isBusy = true;
    const { prefix, begun, done, atMs } = turn.item;
    const unread = kilocharsOf(prefix) - sharedKilochars(prefix, this.blocks);
    const ms = this.slowness * (FIXED_MS + (unread * 1_000) / TOKENS_PER_MS);
    this.agenda.at(this.agenda.nowMs + ms, () => {
      for (const { key } of prefix) {
        this.blocks.delete(key);
        this.blocks.add(key);
      }
      for (const key of this.blocks) {
        if (this.blocks.size <= KEPT_BLOCKS) break;
        this.blocks.delete(key);
      }
      turn.charge(ms);
      this.isBusy = false;
      begun.first();
      begun.end(true);
      done(this.agenda.nowMs - atMs);
      this.next();
    });
  }
}

/** What the publishers hear, late. */
interface Heard {
  hear(capability: string, place: number, sign: ReplicaSign): void;
  readonly replicas: Replicas;
}

function publisher(agenda: Agenda): Heard {
  let hear: Heard['hear'] = () => undefined;
  const onReplica = (listener: Heard['hear']) => {
    hear = listener;
    return { stop: () => undefined };
  };
  const replicas = new Replicas({ onReplica }, () => agenda.nowMs);
  return { hear: (...sign) => hear(...sign), replicas };
}

export interface Outcome {
  readonly arrival: Arrival;
  /** From the arrival until the prompt is read. */
  readonly ms: number;
}

/** @param slow how many of the replicas take four times as long. */
export function replay(arrivals: readonly Arrival[], count: number, policy: Policy, slow = 0): Outcome[] {
  const agenda = new Agenda();
  const outcomes: Outcome[] = [];
  const publishers = Array.from({ length: PUBLISHERS }, () => publisher(agenda));
  const replicas = Array.from({ length: count }, (_, place) => {
    let isTelling = false;
    const tell = (whole = false) => {
      isTelling = false;
      const sign = { node: `node-${place}`, leaving: false, ...replicas[place]!.load.sign(whole) };
      for (const { hear } of publishers) hear(CAPABILITY, place, sign);
    };
    const onChange = () => {
      if (isTelling || policy !== 'fastest') return;
      isTelling = true;
      agenda.at(agenda.nowMs + SIGN_MS, () => tell());
    };
    if (policy === 'fastest')
      for (let atMs = 0; atMs < arrivals.at(-1)!.atMs; atMs += WHOLE_MS) agenda.at(atMs, () => tell(true));
    return new Replica(agenda, place < slow ? 4 : 1, onChange);
  });
  const placeFor = (arrival: Arrival, n: number): number => {
    if (policy === 'fastest')
      return publishers[n % PUBLISHERS]!.replicas.choose(CAPABILITY, () => arrival.prefix)?.place ?? n % count;
    if (policy === 'round robin') return n % count;
    // These two know the present load and all that is held; ours hears it late.
    const unread = (place: number) => replicas[place]!.load.unreadKilochars;
    const from = n % count;
    const places = replicas.map((_, place) => (place + from) % count);
    if (policy === 'least loaded') return places.reduce((a, b) => (unread(b) < unread(a) ? b : a));
    const shared = new Map(places.map((place) => [place, replicas[place]!.shares(arrival.prefix)]));
    return places.reduce((a, b) => (shared.get(b)! > shared.get(a)! ? b : a));
  };
  for (const [n, arrival] of arrivals.entries())
    agenda.at(arrival.atMs, () =>
      replicas[placeFor(arrival, n)]!.take(arrival, (ms) => outcomes.push({ arrival, ms })),
    );
  agenda.run();
  for (const { replicas: own } of publishers) own.stop();
  return outcomes;
}
