import type { Signs } from '@llmos/bus';
import type { ReplicaSign } from '@llmos/contracts';
import { steadyNow } from '@llmos/resilience';
import { fastest, type Choice } from './fastest.js';
import { kilocharsOf, type Prefix } from './prefix.js';

/** How often a replica repeats its sign, in milliseconds; a change of its load is told at once. */
export const REPEAT_MS = 400;
/** A replica without a sign for this long receives nothing of its own: three are missing. */
const SILENT_MS = 1_200;
const SWEEP_MS = 200;
/** A sign does not count yet what was sent to the replica this shortly before it came. */
const ON_THE_WAY_MS = 30;
/** One replica needs no choice: its tasks are for all, as without signs. */
const FEWEST = 2;

interface Sent {
  readonly atMs: number;
  readonly prefix: Prefix;
  readonly unread: number;
}

interface Seen {
  sign: ReplicaSign;
  heldKeys: Set<string>;
  heardAtMs: number;
  /** What this process has sent to the replica and its sign does not count. */
  sent: Sent[];
}

export interface ReplicaPlace {
  readonly capability: string;
  readonly place: number;
}

/**
 * The replicas of the capabilities that declare what they read, as their signs tell. Every process that hands tasks on has
 * this picture and chooses by itself; there is no central router.
 */
export class Replicas {
  private readonly seen = new Map<string, Map<number, Seen>>();
  private readonly listeners = new Set<(replica: ReplicaPlace, isGone: boolean) => void>();
  private readonly signListeners = new Set<(replica: ReplicaPlace, sign: ReplicaSign) => void>();
  private readonly subscription: { stop(): void };
  private readonly timer: NodeJS.Timeout;

  constructor(
    signs: Pick<Signs, 'onReplica'>,
    private readonly now: () => number = steadyNow,
  ) {
    this.subscription = signs.onReplica((capability, place, sign) => this.hear({ capability, place }, sign));
    this.timer = setInterval(() => this.sweep(), SWEEP_MS).unref();
  }

  stop(): void {
    this.subscription.stop();
    clearInterval(this.timer);
  }

  /** The places of a capability whose replica gives signs, each with its process. */
  placesOf(capability: string): ReadonlyMap<number, string> {
    return new Map([...(this.seen.get(capability) ?? [])].map(([place, { sign }]) => [place, sign.node]));
  }

  /** Registers a listener for replicas that stop giving signs, and for those that begin again. */
  onGone(listener: (replica: ReplicaPlace, isGone: boolean) => void): void {
    this.listeners.add(listener);
  }

  /** Registers a listener for all signs. */
  onSign(listener: (replica: ReplicaPlace, sign: ReplicaSign) => void): void {
    this.signListeners.add(listener);
  }

  /**
   * The replica for a task, and counts the task as sent to it. Undefined if the task is for all: its capability declares
   * nothing, or has fewer than two replicas.
   *
   * @param prefixFor the parts of these fields of the task's input. Where it throws, the task is for all.
   */
  choose(capability: string, prefixFor: (reads: readonly string[]) => Prefix): Choice | undefined {
    const all = this.seen.get(capability);
    if (!all || all.size < FEWEST) return undefined;
    const prefix = readable(() => prefixFor([...all.values()][0]!.sign.reads));
    if (prefix.length === 0) return undefined;
    const choice = fastest(
      [...all].map(([place, seen]) => candidateOf(place, seen)),
      prefix,
    );
    if (!choice) return undefined;
    const unread = kilocharsOf(prefix) - choice.heldKilochars;
    all.get(choice.place)!.sent.push({ atMs: this.now(), prefix, unread });
    return choice;
  }

  private hear(replica: ReplicaPlace, sign: ReplicaSign): void {
    for (const listener of this.signListeners) listener(replica, sign);
    const { capability, place } = replica;
    const all = this.seen.get(capability) ?? new Map<number, Seen>();
    this.seen.set(capability, all);
    const before = all.get(place);
    if (sign.leaving) {
      if (before?.sign.node === sign.node) this.lose(replica);
      return;
    }
    const heardAtMs = this.now();
    const sent = before?.sent.filter(({ atMs }) => atMs > heardAtMs - ON_THE_WAY_MS) ?? [];
    const isSame = before?.sign.node === sign.node;
    const heldKeys = sign.held || !isSame ? new Set(sign.held) : before.heldKeys;
    for (const key of sign.read) heldKeys.add(key);
    all.set(place, { sign, heldKeys, heardAtMs, sent });
    if (!before) this.tell(replica, false);
  }

  private sweep(): void {
    const oldestMs = this.now() - SILENT_MS;
    for (const [capability, all] of this.seen)
      for (const [place, { heardAtMs }] of all) if (heardAtMs < oldestMs) this.lose({ capability, place });
  }

  private lose(replica: ReplicaPlace): void {
    this.seen.get(replica.capability)?.delete(replica.place);
    this.tell(replica, true);
  }

  private tell(replica: ReplicaPlace, isGone: boolean): void {
    for (const listener of this.listeners) listener(replica, isGone);
  }
}

/** An input that cannot be filled in fails where its step is executed. */
function readable(prefix: () => Prefix): Prefix {
  try {
    return prefix();
  } catch {
    return [];
  }
}

function candidateOf(place: number, { sign, heldKeys, sent }: Seen) {
  const coming = new Set(sent.flatMap(({ prefix }) => prefix.map(({ key }) => key)));
  return {
    place,
    tasks: sign.tasks + sent.length,
    unreadKilochars: sign.unreadKilochars + sent.reduce((sum, { unread }) => sum + unread, 0),
    costs: sign.costs,
    trust: sign.trust,
    held: { has: (key: string) => heldKeys.has(key) || coming.has(key) },
  };
}
