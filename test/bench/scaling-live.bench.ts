/**
 * Scaling by itself under a ten-fold burst, of two services at once: 30 s of normal load, 60 s of ten times as much, 90 s of normal load
 * again. Do replicas follow, when is the p95 of callers back under its objective, when is each service down to one process, and what
 * failed? Prints JSON; moments are in seconds since the burst began. Five minutes, after a build:
 *
 *   node test/bench/scaling-live.bench.ts [--over <times>]
 *
 * The burst is `--over` (1.25) times what one process does, which is measured first with eight callers. `security` screens texts and
 * is limited by processors: where there are two, a second process adds less than the first one does. `generation` is limited by its places:
 * it waits for a language model on a server (here one that takes 500 ms for an answer, and no processor time).
 */
import { cpus, loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { sendWords, startOpenAiServer } from '../../apps/generation/test/openai-server.ts';
import { exponential, quantile } from './fixed-cost.ts';
import { ScaledSystem, type TimedReply } from './scaling-live/scaled-system.ts';

const { values } = parseArgs({ options: { over: { type: 'string', default: '1.25' } } });
const OVER = Number(values.over);
const TIMES = 10;
const PHASES = [
  { seconds: 30, times: 1 },
  { seconds: 60, times: TIMES },
  { seconds: 90, times: 1 },
] as const;
const BURST_FROM = PHASES[0].seconds;
const BURST_SECONDS = PHASES[1].seconds;
const ALL_SECONDS = PHASES.reduce((sum, phase) => sum + phase.seconds, 0);
const BUCKET_SECONDS = 5;
const BACK_WITHIN_SECONDS = 15;
/** Figures of the measurement of one process are forgotten by then. */
const FORGET_MS = 12_000;
const [MEASURE_MS, CALLERS] = [8_000, 8];
const WATCH_EVERY_MS = 250;
const [ANSWER_MS, PLACES] = [500, 4];
const TEXT =
  'My card was charged twice for the same hotel, and I would like to know when the second amount is returned. ';

const tuning = { windowSeconds: 10, holdSeconds: 30 };
const SERVICES = {
  security: {
    rule: { max: 2, objectiveMs: 500, tuning },
    body: { name: 'screen_text', text: TEXT.repeat(10) },
  },
  generation: {
    rule: { max: 4, objectiveMs: 1_000, batch: PLACES, tuning },
    body: { name: 'write', text: 'Write one sentence about a bank.' },
  },
} as const;
type Service = keyof typeof SERVICES;
const NAMES = Object.keys(SERVICES) as Service[];
const each = <T>(of: (service: Service) => T) => Object.fromEntries(NAMES.map((name) => [name, of(name)]));

/** A call; `at` is in seconds since the load began. */
interface Call extends TimedReply {
  readonly at: number;
  readonly service: Service;
}
/** From `at` on so many processes are ready. */
type Counts = { readonly at: number } & Readonly<Record<string, number>>;

/** What one process does, in calls a second. */
async function capacityOf(system: ScaledSystem, service: Service): Promise<number> {
  const from = performance.now();
  let done = 0;
  const callers = Array.from({ length: CALLERS }, async () => {
    while (performance.now() - from < MEASURE_MS) {
      const { outcome } = await system.send(SERVICES[service].body);
      if (outcome !== '200') throw new Error(`${service} was answered with ${outcome} before there was any load`);
      done++;
    }
  });
  await Promise.all(callers);
  return done / ((performance.now() - from) / 1_000);
}

/** Calls come independently of each other and of their answers. */
async function load(system: ScaledSystem, service: Service, normalPerSecond: number, startedAt: number) {
  const calls: Promise<Call>[] = [];
  let phaseEnd = startedAt;
  for (const phase of PHASES) {
    let next = phaseEnd;
    phaseEnd += phase.seconds * 1_000;
    for (;;) {
      next += exponential(1_000 / (normalPerSecond * phase.times));
      if (next > phaseEnd) break;
      await pause(Math.max(0, next - performance.now()));
      const at = (performance.now() - startedAt) / 1_000;
      calls.push(system.send(SERVICES[service].body).then((sent) => ({ ...sent, at, service })));
    }
  }
  await pause(Math.max(0, phaseEnd - performance.now()));
  return Promise.all(calls);
}

/** Each change of the numbers of ready processes, and since when a service has had one process again. */
function watchReplicas(system: ScaledSystem, startedAt: number) {
  const seen: Counts[] = [];
  const aloneSince = new Map<Service, number>();
  const timer = setInterval(() => {
    const at = seconds((performance.now() - startedAt) / 1_000 - BURST_FROM);
    const now = each((service) => system.replicas(service).ready);
    if (NAMES.some((service) => seen.at(-1)?.[service] !== now[service])) seen.push({ at, ...now });
    for (const service of NAMES)
      if (system.replicas(service).all > 1) aloneSince.delete(service);
      else if (!aloneSince.has(service)) aloneSince.set(service, at);
  }, WATCH_EVERY_MS);
  return { seen, aloneSince, stop: () => clearInterval(timer) };
}

/**
 * The p95 of the calls that came in each five seconds, in milliseconds. A call without an answer counts as endless; null: more than
 * one in twenty had none, or nobody called.
 */
function p95sOf(service: Service, calls: readonly Call[]): (number | null)[] {
  const own = calls.filter((call) => call.service === service);
  return Array.from({ length: ALL_SECONDS / BUCKET_SECONDS }, (_, bucket) => {
    const of = own.filter(({ at }) => Math.floor(at / BUCKET_SECONDS) === bucket);
    const waits = of.map(({ outcome, ms }) => (outcome === '200' ? ms : Infinity));
    const p95 = quantile(waits, 0.95);
    return Number.isFinite(p95) ? Math.round(p95) : null;
  });
}

/** From when on no five seconds of the burst had a p95 above the objective; null: its last ones had. */
function backAfter(service: Service, p95s: readonly (number | null)[]): number | null {
  const burst = p95s.slice(BURST_FROM / BUCKET_SECONDS, (BURST_FROM + BURST_SECONDS) / BUCKET_SECONDS);
  const back =
    BUCKET_SECONDS * (1 + burst.findLastIndex((p95) => (p95 ?? Infinity) > SERVICES[service].rule.objectiveMs));
  return back < BURST_SECONDS ? back : null;
}

function outcomesOf(calls: readonly Call[]) {
  const isRefused = (outcome: string) => outcome.startsWith('429') || outcome.startsWith('503');
  const others = calls.filter(({ outcome }) => outcome !== '200');
  return {
    calls: calls.length,
    refused: others.filter(({ outcome }) => isRefused(outcome)).length,
    failed: others.filter(({ outcome }) => !isRefused(outcome)).length,
    outcomes: Object.fromEntries(
      [...Map.groupBy(others, ({ outcome }) => outcome)].map(([key, of]) => [key, of.length]),
    ),
  };
}

/** Milliseconds of all processors: busy and in total. */
function processorTimes(): { busy: number; all: number } {
  const times = cpus().map(({ times }) => times);
  const all = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
  return { all, busy: all - times.reduce((sum, { idle }) => sum + idle, 0) };
}

async function busyInBurst(startedAt: number): Promise<number> {
  await pause(startedAt + BURST_FROM * 1_000 - performance.now());
  const before = processorTimes();
  await pause(BURST_SECONDS * 1_000);
  const after = processorTimes();
  return Math.round((100 * (after.busy - before.busy)) / (after.all - before.all));
}

const seconds = (value: number) => Math.round(value * 10) / 10;

const engine = await startOpenAiServer();
engine.reply = async (response, received) => {
  await pause(ANSWER_MS);
  await sendWords(['A bank keeps money.'])(response, received);
};
const loadBefore = loadavg()[0]!;
const system = await ScaledSystem.start({
  rules: Object.fromEntries(NAMES.map((name) => [name, SERVICES[name].rule])),
  environments: {
    generation: {
      LLMOS_GENERATION_URL: engine.url,
      LLMOS_GENERATION_MODEL: 'fixed',
      LLMOS_CONCURRENCY: String(PLACES),
    },
  },
});
try {
  await system.scaling('pause');
  const capacity = {
    security: await capacityOf(system, 'security'),
    generation: await capacityOf(system, 'generation'),
  };
  await pause(FORGET_MS);
  await system.scaling('resume');
  const startedAt = performance.now();
  const startedAtWall = Date.now();
  const replicas = watchReplicas(system, startedAt);
  const [busyPercent, ...loads] = await Promise.all([
    busyInBurst(startedAt),
    ...NAMES.map((service) => load(system, service, (OVER * capacity[service]) / TIMES, startedAt)),
  ]);
  replicas.stop();
  const calls = loads.flat();
  const p95Ms = each((service) => p95sOf(service, calls));
  const back = each((service) => backAfter(service, p95Ms[service]!));
  const downAgain = each((service) => {
    const at = replicas.aloneSince.get(service);
    return at === undefined ? null : seconds(Math.max(0, at - BURST_SECONDS));
  });
  const changes = (await system.scaling('show')).map(({ at, service, from, to, why }) => ({
    at: seconds((Date.parse(at) - startedAtWall) / 1_000 - BURST_FROM),
    ...{ service, from, to, why },
  }));
  const result = {
    machine: { processors: cpus().length, loadBefore, busyPercentInBurst: busyPercent },
    burstTimesOneProcess: OVER,
    onePerSecond: each((service) => seconds(capacity[service])),
    normalPerSecond: each((service) => seconds((OVER * capacity[service]) / TIMES)),
    objectiveMs: each((service) => SERVICES[service].rule.objectiveMs),
    backUnderObjectiveAfterSeconds: back,
    isBackInTime: each((service) => back[service] !== null && back[service]! <= BACK_WITHIN_SECONDS),
    downAgainSecondsAfterBurst: downAgain,
    outcomes: each((service) => outcomesOf(calls.filter((call) => call.service === service))),
    changes,
    ready: replicas.seen,
    p95MsOfEachFiveSeconds: p95Ms,
  };
  const lines = Object.entries(result).map(([name, value]) => `  "${name}": ${JSON.stringify(value)}`);
  console.log(`{\n${lines.join(',\n')}\n}`);
} finally {
  await system.stop();
  await engine.close();
}
