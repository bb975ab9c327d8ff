import { LlmosError } from '@llmos/contracts';
import fc from 'fast-check';
import { Breaker, type BreakerAdmission } from './breaker.js';
import type { BreakerRules, BreakerWrite, StoredRecord } from './breaker-state.js';

const RULES: BreakerRules = { volume: 2, errorPercent: 50, windowMs: 1_000, openMs: 100 };
const LEASE_MS = 300;
/** As many as the promise names. */
const RUNS = 10_000;
const SEED = 20_261_129;

interface Pending {
  readonly write: BreakerWrite;
  readonly resolve: (revision: number) => void;
  readonly reject: (error: Error) => void;
}

interface Probe {
  readonly admission: BreakerAdmission & { type: 'probe' };
  readonly untilMs: number;
}

/** One process that shares the breaker. Its writes and its watch move only when the schedule says so. */
interface Sharer {
  readonly breaker: Breaker;
  readonly unread: StoredRecord[];
  readonly calls: BreakerAdmission[];
  probe: Probe | undefined;
  isDead: boolean;
}

/** Processes, a store between them, and a clock, moved one step at a time by a generated schedule. */
class World {
  nowMs = 0;
  stored: StoredRecord = { record: { state: 'open', forMs: RULES.openMs }, revision: 1 };
  isStoreAway = false;
  readonly pending: { from: Sharer; write: Pending }[] = [];
  readonly replies: { to: Sharer; send: () => void }[] = [];
  readonly sharers: Sharer[];
  /** Claims that their process hands to another one, which begins the call. */
  readonly handed: number[] = [];

  constructor(count: number) {
    this.sharers = Array.from({ length: count }, () => this.sharer());
    for (const { breaker } of this.sharers) breaker.saw(this.stored);
  }

  alive(nth: number): Sharer {
    const living = this.sharers.filter(({ isDead }) => !isDead);
    return living[nth % living.length]!;
  }

  private sharer(): Sharer {
    const store = {
      write: (write: BreakerWrite) =>
        new Promise<number>((resolve, reject) => {
          this.pending.push({ from: own, write: { write, resolve, reject } });
        }),
      // A read is answered at once: it happens after a conflict, whose delay was generated.
      read: () => (this.isStoreAway ? Promise.reject(away()) : Promise.resolve(this.stored)),
    };
    const breaker = new Breaker({ name: 'x', rules: RULES, store, now: () => this.nowMs });
    const own: Sharer = { breaker, unread: [], calls: [], probe: undefined, isDead: false };
    return own;
  }

  /** The store does the write that comes first, and its reply is under way. */
  apply(nth: number): void {
    const [taken] = this.pending.splice(this.pending.length === 0 ? 0 : nth % this.pending.length, 1);
    if (!taken) return;
    const { from, write } = taken;
    const reply = (send: () => void) => this.replies.push({ to: from, send });
    if (this.isStoreAway) return void reply(() => write.reject(away()));
    if (write.write.expected !== this.stored.revision)
      return void reply(() => write.reject(new LlmosError('CONFLICT', 'changed')));
    const revision = this.stored.revision + 1;
    this.stored = { record: write.write.record, revision };
    for (const { unread } of this.sharers) unread.push(this.stored);
    reply(() => write.resolve(revision));
  }

  reply(nth: number): void {
    const [reply] = this.replies.splice(this.replies.length === 0 ? 0 : nth % this.replies.length, 1);
    if (reply && !reply.to.isDead) reply.send();
  }

  admitted(by: Sharer, admission: BreakerAdmission, askedAtMs: number): void {
    if (by.isDead) return;
    if (admission.type === 'pass') by.calls.push(admission);
    if (admission.type === 'probe') by.probe = { admission, untilMs: askedAtMs + LEASE_MS };
  }

  /** A call that tries ends with its lease, as the time limit of a call makes it. */
  tick(ms: number): void {
    this.nowMs += ms;
    for (const sharer of this.sharers)
      if (sharer.probe && this.nowMs >= sharer.probe.untilMs) this.endProbe(sharer, 'failed');
  }

  endProbe(sharer: Sharer, outcome: 'ok' | 'failed' | 'neutral'): void {
    const { probe } = sharer;
    sharer.probe = undefined;
    if (probe && !sharer.isDead) sharer.breaker.settle(probe.admission, outcome);
  }

  get probes(): number {
    return this.sharers.filter(({ probe }) => probe && this.nowMs < probe.untilMs).length;
  }
}

const away = () => new LlmosError('UNAVAILABLE', 'The store is away.');
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

const nth = fc.nat({ max: 7 });
const outcome = fc.constantFrom('ok' as const, 'failed' as const, 'neutral' as const);
const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ does: fc.constant('ask' as const), nth }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('fail' as const), nth }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('end' as const), nth, outcome }) },
  { weight: 8, arbitrary: fc.record({ does: fc.constant('apply' as const), nth }) },
  { weight: 8, arbitrary: fc.record({ does: fc.constant('reply' as const), nth }) },
  { weight: 5, arbitrary: fc.record({ does: fc.constant('watch' as const), nth }) },
  { weight: 4, arbitrary: fc.record({ does: fc.constant('tick' as const), ms: fc.constantFrom(1, 40, 100, 300) }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('hand' as const), nth }) },
  { weight: 2, arbitrary: fc.record({ does: fc.constant('begin' as const), nth, twice: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ does: fc.constant('die' as const), nth }) },
);
const outage = fc.record({ does: fc.constant('store' as const), isAway: fc.boolean() });
type Step =
  (typeof step extends fc.Arbitrary<infer S> ? S : never) | (typeof outage extends fc.Arbitrary<infer S> ? S : never);

async function play(world: World, step: Step): Promise<void> {
  const ask = (sharer: Sharer, asked: Promise<BreakerAdmission> | BreakerAdmission) => {
    const askedAtMs = world.nowMs;
    void Promise.resolve(asked).then((admission) => world.admitted(sharer, admission, askedAtMs));
  };
  if (step.does === 'ask') {
    const sharer = world.alive(step.nth);
    if (!sharer.probe) ask(sharer, sharer.breaker.admit(LEASE_MS));
  } else if (step.does === 'fail') {
    const sharer = world.alive(step.nth);
    for (let call = 0; call < RULES.volume; call++) {
      const admission = sharer.breaker.admit(LEASE_MS);
      if ('type' in admission && admission.type === 'pass') sharer.breaker.settle(admission, 'failed');
    }
  } else if (step.does === 'end') {
    const sharer = world.alive(step.nth);
    world.endProbe(sharer, step.outcome);
    const call = sharer.calls.shift();
    if (call) sharer.breaker.settle(call, step.outcome);
  } else if (step.does === 'apply') world.apply(step.nth);
  else if (step.does === 'reply') world.reply(step.nth);
  else if (step.does === 'watch') {
    const sharer = world.alive(step.nth);
    const stored = sharer.unread.shift();
    if (stored) sharer.breaker.saw(stored);
  } else if (step.does === 'tick') world.tick(step.ms);
  else if (step.does === 'hand') {
    const sharer = world.alive(step.nth);
    if (sharer.probe) world.handed.push(sharer.probe.admission.claimed);
    sharer.probe = undefined;
  } else if (step.does === 'begin') {
    const claimed = world.handed.shift();
    // A task can be delivered twice.
    for (const by of claimed === undefined ? [] : step.twice ? [step.nth, step.nth + 1] : [step.nth]) {
      const sharer = world.alive(by);
      if (!sharer.probe) ask(sharer, sharer.breaker.begin(claimed!, LEASE_MS));
    }
  } else if (step.does === 'die') {
    if (world.sharers.filter(({ isDead }) => !isDead).length > 1) {
      const sharer = world.alive(step.nth);
      Object.assign(sharer, { isDead: true, probe: undefined });
    }
  } else world.isStoreAway = step.isAway;
  await settled();
}

/** Everything that is under way arrives. */
async function drain(world: World): Promise<void> {
  for (let round = 0; round < 200 && (world.pending.length > 0 || world.replies.length > 0); round++) {
    world.apply(0);
    world.reply(0);
    await settled();
  }
  for (const sharer of world.sharers) for (const stored of sharer.unread.splice(0)) sharer.breaker.saw(stored);
  await settled();
}

/** From now on every call succeeds: the breaker must let all living processes through again. */
async function recovers(world: World): Promise<boolean> {
  const living = world.sharers.filter(({ isDead }) => !isDead);
  for (let round = 0; round < 10; round++) {
    await drain(world);
    world.tick(LEASE_MS);
    await drain(world);
    if (living.every(({ breaker }) => breaker.current === 'closed')) return true;
    for (const sharer of living) {
      await play(world, { does: 'ask', nth: living.indexOf(sharer) });
      await drain(world);
      for (const each of living) world.endProbe(each, 'ok');
      await drain(world);
    }
  }
  return false;
}

describe('a breaker that several processes share', () => {
  const seen = { writes: 0, probes: 0, deaths: 0 };

  it(
    `lets one call try at a time, and is never stuck, in ${RUNS} generated schedules`,
    async () => {
      const schedule = fc.array(step, { minLength: 20, maxLength: 80, size: 'max' });
      const property = fc.asyncProperty(fc.integer({ min: 2, max: 4 }), schedule, async (count, steps) => {
        const world = new World(count);
        let before = 0;
        for (const each of steps) {
          await play(world, each);
          expect(world.probes).toBeLessThanOrEqual(1);
          if (world.probes > before) seen.probes++;
          before = world.probes;
          if (each.does === 'die') seen.deaths++;
        }
        seen.writes += world.stored.revision - 1;
        expect(await recovers(world)).toBe(true);
      });
      await fc.assert(property, { numRuns: RUNS, seed: SEED });
      // The schedules must reach what they are about.
      console.info(`${RUNS} schedules, seed ${SEED}:`, seen);
      expect(seen.writes).toBeGreaterThan(RUNS);
      expect(seen.probes).toBeGreaterThan(RUNS / 4);
    },
    10 * 60_000,
  );

  it(
    'goes by its own view while the store is away, and is never stuck when it is back',
    async () => {
      const schedule = fc.array(fc.oneof({ weight: 10, arbitrary: step }, { weight: 1, arbitrary: outage }), {
        size: 'max',
        minLength: 20,
        maxLength: 80,
      });
      const property = fc.asyncProperty(fc.integer({ min: 2, max: 4 }), schedule, async (count, steps) => {
        const world = new World(count);
        for (const each of steps) await play(world, each);
        world.isStoreAway = true;
        expect(await recovers(world)).toBe(true);
        world.isStoreAway = false;
        expect(await recovers(world)).toBe(true);
      });
      await fc.assert(property, { numRuns: 2_000, seed: SEED });
    },
    5 * 60_000,
  );
});
