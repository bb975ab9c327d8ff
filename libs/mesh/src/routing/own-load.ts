import { MAX_HELD_KEYS, type ReplicaSign } from '@llmos/contracts';
import { steadyNow } from '@llmos/resilience';
import { HeldPrefixes } from './held-prefixes.js';
import { kilocharsOf, sharedKilochars, type Prefix } from './prefix.js';
import { WaitModel } from './wait-model.js';

/** One live task in progress. */
export interface Begun {
  /** Its answer begins. */
  first(): void;
  /** @param done whether the task was done: how long it took is then measured, if its answer had no parts. */
  end(done: boolean): void;
}

/** Beginnings that an engine keeps, if its service does not say. */
const DEFAULT_KEPT = 8;

/** How busy this process is with a capability, what it has read, and how long that took. */
export class OwnLoad {
  private readonly held = new HeldPrefixes(DEFAULT_KEPT);
  private readonly model: WaitModel;
  /** Keys that no sign has told yet. */
  private readonly read: string[] = [];
  private mostHeld = DEFAULT_KEPT;
  private tasks = 0;
  private unread = 0;

  constructor(
    private readonly reads: readonly string[],
    private readonly onChange: () => void,
    private readonly now: () => number = steadyNow,
  ) {
    this.model = new WaitModel(now);
  }

  /** @param most how many different beginnings the engine keeps. */
  keep(most: number): void {
    this.mostHeld = most;
    this.held.keep(most);
    this.onChange();
  }

  /** @param prefix what the model reads for the task. */
  begin(prefix: Prefix): Begun {
    const own = kilocharsOf(prefix) - sharedKilochars(prefix, this.held);
    const load = { tasks: this.tasks, kilochars: this.unread + own };
    const beganAtMs = this.now();
    let isRead = false;
    this.tasks++;
    this.unread += own;
    this.held.note(prefix);
    if (this.mostHeld > 0) this.read.push(...prefix.map(({ key }) => key));
    this.onChange();
    const endReading = (isMeasured: boolean) => {
      if (isRead) return;
      isRead = true;
      this.unread = Math.max(0, this.unread - own);
      if (isMeasured) this.model.add(load, this.now() - beganAtMs);
      this.onChange();
    };
    return {
      first: () => endReading(true),
      end: (done) => {
        this.tasks--;
        endReading(done);
        this.onChange();
      },
    };
  }

  /** What the tasks in progress have not read yet, in thousand characters. */
  get unreadKilochars(): number {
    return this.unread;
  }

  /** @param whole with the keys of all that is held. */
  sign(whole: boolean): Omit<ReplicaSign, 'node' | 'leaving'> {
    const { reads, tasks, unread: unreadKilochars } = this;
    const { costs, trust } = this.model;
    const read = this.read.splice(0).slice(-MAX_HELD_KEYS);
    const held = whole ? { held: this.held.keys.slice(-MAX_HELD_KEYS) } : {};
    return { reads: [...reads], tasks, unreadKilochars, costs, trust, read, ...held };
  }
}
