import type { CapabilityFigures, NodeState } from '@llmos/contracts';
import { ACTIONS, type Thresholds } from '@llmos/contracts/capabilities/scheduler-alerts';
import { seededRandom } from '@llmos/learning';
import { Signals } from '../../signals/signals.js';
import { Healer, type Decision } from '../healing/healer.js';
import { AlertBook } from './alert-book.js';
import { ServiceGraph } from './cause.js';
import { figureValuesOf } from './figure-values.js';
import { readThresholds } from './files.js';

const FILE = new URL('../../../../../deploy/thresholds.yaml', import.meta.url).pathname;
const STEP_SECONDS = 5;
const DAY_SECONDS = 86_400;
const BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

interface Capability {
  readonly name: string;
  /** At the busiest hour. */
  readonly perSecond: number;
  readonly handlerSeconds: number;
}
const CAPABILITIES: readonly Capability[] = [
  { name: 'intent.detect', perSecond: 8, handlerSeconds: 0.04 },
  { name: 'retrieval.search', perSecond: 6, handlerSeconds: 0.08 },
  { name: 'generation.answer', perSecond: 2, handlerSeconds: 1.2 },
  { name: 'recommender.train', perSecond: 0.002, handlerSeconds: 400 },
];

/** What a planted fault changes, from its beginning on. */
interface Fault {
  readonly leakBytesPerSecond?: number;
  readonly slower?: number;
  readonly failing?: number;
  /** Nothing is taken any more. */
  readonly isStuck?: boolean;
}

/** One process of one capability, lived through in virtual time: a day with its hours, noise, collections of garbage. */
class LivingProcess {
  private readonly figures: { -readonly [F in keyof CapabilityFigures]: CapabilityFigures[F] } = {
    ...{ inWork: 0, ended: {}, retried: 0, handlerSeconds: 0, handler: {}, queue: {}, tokens: 0 },
  };
  private memory = 150e6;
  private leaked = 0;
  private rest = 0;
  private untilSeconds = 0;
  waiting = 0;
  taken = 0;

  constructor(
    private readonly capability: Capability,
    private readonly random: () => number,
    private startedSeconds: number,
    private generation = 1,
  ) {}

  get node(): string {
    return `${this.service}-${this.generation}`;
  }

  get service(): string {
    return this.capability.name.split('.')[0]!;
  }

  restart(nowSeconds: number): void {
    this.startedSeconds = nowSeconds;
    this.generation++;
    [this.memory, this.leaked] = [150e6, 0];
    Object.assign(this.figures, { ended: {}, retried: 0, handlerSeconds: 0, handler: {}, queue: {} });
  }

  live(nowSeconds: number, fault: Fault): void {
    const { perSecond, handlerSeconds } = this.capability;
    // It begins in the morning.
    const hour = (10 + nowSeconds / 3_600) % 24;
    const busy = 0.15 + 0.85 * Math.max(0, Math.sin(((hour - 6) * Math.PI) / 14)) + (this.random() < 0.01 ? 1 : 0);
    this.rest += perSecond * STEP_SECONDS * busy * (0.6 + 0.8 * this.random());
    const arrived = Math.floor(this.rest);
    this.rest -= arrived;
    this.waiting += arrived;
    this.memory += 3e6 * this.random() * busy;
    if (this.memory > 260e6 || this.random() < 0.02) this.memory = 150e6 + 10e6 * this.random();
    this.leaked += (fault.leakBytesPerSecond ?? 0) * STEP_SECONDS;
    if (handlerSeconds > STEP_SECONDS) this.liveLong(nowSeconds);
    else if (!fault.isStuck) while (this.waiting > 0) this.end(handlerSeconds * (0.5 + this.random()), fault);
  }

  get state(): NodeState {
    return { ...{ node: this.node, service: this.service, capabilities: [this.capability.name] }, ...HEALTHY };
  }

  stateAt(nowSeconds: number): NodeState {
    return {
      ...this.state,
      figures: {
        ...{ upSeconds: nowSeconds - this.startedSeconds, readySeconds: 3, cpuSeconds: nowSeconds / 10 },
        ...{ memoryBytes: Math.round(this.memory + this.leaked), loopBusy: 0.1, breakers: {} },
        loopDelaySeconds: this.random() < 0.002 ? 1.5 : 0.02,
        capabilities: { [this.capability.name]: structuredClone(this.figures) },
      },
    };
  }

  /** A task of many minutes, one at a time; the others wait. */
  private liveLong(nowSeconds: number): void {
    if (this.figures.inWork > 0 && nowSeconds >= this.untilSeconds) {
      this.figures.inWork = 0;
      this.count('completed');
    }
    if (this.figures.inWork > 0 || this.waiting === 0) return;
    this.figures.inWork = 1;
    this.waiting--;
    this.taken++;
    this.untilSeconds = nowSeconds + this.capability.handlerSeconds * (0.5 + this.random());
  }

  private end(seconds: number, { slower = 1, failing = 0 }: Fault): void {
    this.waiting--;
    this.taken++;
    if (this.random() < 0.002 + failing) return this.count('failed');
    const took = seconds * slower;
    this.count('completed');
    this.figures.handlerSeconds += took;
    const le = String(BUCKETS.find((bound) => took <= bound) ?? '+Inf');
    this.figures.handler[le] = (this.figures.handler[le] ?? 0) + 1;
  }

  private count(outcome: string): void {
    this.figures.ended[outcome] = (this.figures.ended[outcome] ?? 0) + 1;
  }
}
const HEALTHY = { ready: true, waiting: {}, checks: [], pid: 1 };

interface Lived {
  readonly fired: readonly string[];
  readonly decided: readonly (Decision & { readonly atSeconds: number })[];
}

/** Lives through some time and has done what is decided; a fault ends with the process that has it. */
function live(
  { rules }: Thresholds,
  seconds: number,
  planted?: { readonly service: string; readonly atSeconds: number; readonly fault: Fault },
): Lived {
  const random = seededRandom(7);
  const signals = new Signals();
  const book = new AlertBook(rules, new ServiceGraph([]));
  const healer = new Healer(rules, ACTIONS);
  const processes = CAPABILITIES.map((capability) => new LivingProcess(capability, random, -1_000));
  const fired: string[] = [];
  const decided: (Decision & { atSeconds: number })[] = [];
  let isPlanted = planted !== undefined;
  let place = 0;
  for (let now = 0; now < seconds; now += STEP_SECONDS) {
    for (const process of processes) {
      const isFaulty = isPlanted && process.service === planted?.service && now >= planted.atSeconds;
      process.live(now, isFaulty ? planted.fault : {});
      signals.saw(process.stateAt(now), now * 1_000);
    }
    place += 10;
    signals.sawQueues(
      processes.map(({ state: { capabilities }, waiting, taken }) => ({
        ...{ lane: 'durable' as const, capability: capabilities[0]!, waiting, taken: 0 },
        ...{ takenUpTo: waiting > 0 ? taken : place, lastPlace: place },
      })),
      now * 1_000,
    );
    signals.pass(0, now * 1_000);
    const signal = signals.read(now * 1_000, 20_000);
    for (const { alerts } of book.look(figureValuesOf(signal), now))
      fired.push(...alerts.filter(({ state }) => state === 'firing').map(({ alert, name }) => `${alert} ${name}`));
    for (const decision of healer.decide(book.alerts(), signal, now)) {
      decided.push({ ...decision, atSeconds: now });
      const process = processes.find(({ node }) => node === decision.target);
      if (decision.action !== 'restart' || !process) continue;
      signals.left(process.node, now * 1_000);
      process.restart(now);
      isPlanted = false;
    }
  }
  return { fired, decided };
}

describe('The thresholds of this repository, in virtual time', () => {
  let thresholds: Thresholds;
  beforeAll(async () => (thresholds = await readThresholds(FILE)));
  const AT = 1_800;

  it('lead to no action and no alert in a day of normal load', () => {
    expect(live(thresholds, DAY_SECONDS)).toEqual({ fired: [], decided: [] });
  }, 600_000);

  it.each([
    ['memory that leaks', 'MemoryGrows', { leakBytesPerSecond: 2e6 }, 'restart'],
    ['a consumer that is stuck', 'TasksNotTaken', { isStuck: true }, 'restart'],
    ['a burst of errors', 'CapabilityFails', { failing: 0.9 }, 'page'],
    ['a model that has become slow', 'HandlerSlow', { slower: 8 }, 'page'],
  ])('find %s within a minute and act on it', (_, alert, fault, action) => {
    const { fired, decided } = live(thresholds, AT + 300, { service: 'generation', atSeconds: AT, fault });
    expect(fired[0]).toContain(alert);
    expect(decided[0]).toMatchObject({ action, service: 'generation' });
    expect(decided[0]!.atSeconds - AT).toBeLessThanOrEqual(60);
    // It has helped: nothing more is done.
    expect(decided).toHaveLength(1);
  });
});
