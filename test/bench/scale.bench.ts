/**
 * Replays recorded load against the scaling policies of the scheduler, in virtual time. After a build, with Node 24:
 *
 *     node test/bench/scale.bench.ts [folder]         Azure's traces of LLM inference of 2023
 *     node test/bench/scale.bench.ts days [folder]    counts of many days, from the Numenta Anomaly Benchmark
 *
 * `npm run bench -- scale` does the first with `<home>/data/scale`. The data are not part of this repository:
 * docs/operations-research.md says where they are. Policies are tuned on the first half of each Azure trace, and judged on the
 * second half and the whole.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { replayInputSchema } from '@llmos/contracts/capabilities/scheduler-replay';
import { DAY_SERIES, dayTrace } from './scale/day-series.ts';

const from = (path: string) => new URL(`../../apps/${path}`, import.meta.url).href;
type Replay = typeof import('../../apps/scheduler/src/scale/replay.js');
type TraceFile = typeof import('../../apps/cli/src/replay/trace-file.js');
type Request = import('../../apps/cli/src/replay/trace-file.js').RecordedTrace;
type Input = import('../../apps/scheduler/src/scale/replay.js').ReplayInput;
type Name = Input['policy'];
type Tuning = Partial<Input['tuning']>;

const { replayPolicy, boundOf } = (await import(from('scheduler/dist/scale/replay.js'))) as Replay;
const { parseTrace } = (await import(from('cli/dist/replay/trace-file.js'))) as TraceFile;

/** Assumed: the traces have tokens, no times. */
const RATES = { prefill: 5_000, decode: 25 };
/** Late requests are ≤1 %; a tuned policy keeps half of it in reserve, because the second half is unseen. */
const [MAY_BE_LATE, TUNED_TO] = [0.01, 0.005];

const round = (value: number, digits = 3) => Number(value.toFixed(digits));
type Situation = Partial<Pick<Input, 'startMs' | 'objectiveMs' | 'batch' | 'least' | 'most'>>;
/** The limits of the contract are for requests by HTTP: the series of days are longer. */
const requestOf = (trace: Request, tuning: Tuning = {}, situation: Situation = {}): Input => ({
  ...replayInputSchema.parse({ arrivalsMs: [0], servicesMs: [0], tuning, ...situation }),
  ...trace,
});

function half(trace: Request, second: boolean): Request {
  const middle = trace.arrivalsMs.at(-1)! / 2;
  const kept = [...trace.arrivalsMs.keys()].filter((at) => trace.arrivalsMs[at]! >= middle === second);
  const start = trace.arrivalsMs[kept[0]!]!;
  return {
    arrivalsMs: kept.map((at) => trace.arrivalsMs[at]! - start),
    servicesMs: kept.map((at) => trace.servicesMs[at]!),
  };
}

const GRIDS: Readonly<Record<Name, readonly Tuning[]>> = {
  threshold: [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9].map((target) => ({ target })),
  queue: cross([0.001, 0.01, 0.05, 0.1, 0.2], [20, 60, 120, 300]).map(([limit, windowSeconds]) => ({
    limit: limit!,
    windowSeconds: windowSeconds!,
  })),
  predictive: cross([0, 0.5, 1, 2, 3], [20, 60, 120, 300]).map(([errors, windowSeconds]) => ({
    errors: errors!,
    windowSeconds: windowSeconds!,
  })),
  hybrid: cross([300, 1_200], [0.5, 1, 1.5, 2, 3], [0.1, 0.3], [0.003, 0.01], [5, 60, 300], [0, 8, 24]).map(
    ([windowSeconds, errors, gain, limit, holdSeconds, spares]) => ({
      ...{ windowSeconds: windowSeconds!, errors: errors!, gain: gain!, limit: limit! },
      ...{ holdSeconds: holdSeconds!, spares: spares! },
    }),
  ),
};

function cross(...lists: readonly (readonly number[])[]): number[][] {
  return lists.reduce<number[][]>((rows, list) => rows.flatMap((row) => list.map((each) => [...row, each])), [[]]);
}

/** The fewest core-seconds of all that are late seldom enough; if none is, the one that is late least. */
function tuned(trace: Request, policy: Name, situation: Situation = {}): Tuning {
  const tried = GRIDS[policy].map((tuning) => {
    const { lateShare, coreSeconds } = replayPolicy(requestOf(trace, tuning, situation), policy);
    return { tuning, lateShare, coreSeconds };
  });
  const good = tried.filter(({ lateShare }) => lateShare <= TUNED_TO).sort((a, b) => a.coreSeconds - b.coreSeconds);
  return (good[0] ?? tried.sort((a, b) => a.lateShare - b.lateShare)[0]!).tuning;
}

type Row = ReturnType<typeof rowOf>;

function rowOf(name: string, policy: Name, input: Input) {
  const { lateShare, coreSeconds, changesPerHour, waitP99Ms, wattHours } = replayPolicy(input, policy);
  return { name, lateShare, coreSeconds, changesPerHour, waitP99Ms, wattHours };
}

/** The fewest replicas that are late seldom enough without ever changing: nobody knows that number beforehand. */
function bestConstant(trace: Request, situation: Situation): Row {
  for (let replicas = 1; ; replicas++) {
    const input = requestOf(trace, {}, { ...situation, least: replicas, most: replicas });
    const row = rowOf(`always ${replicas}, known in hindsight`, 'threshold', input);
    if (row.lateShare <= MAY_BE_LATE) return row;
  }
}

async function judged(
  trace: Request,
  tunings: ReadonlyMap<string, readonly [Name, Tuning]>,
  situation: Situation = {},
) {
  const bound = await boundOf(requestOf(trace, {}, situation));
  const rows = [...tunings].map(([name, [policy, tuning]]) => rowOf(name, policy, requestOf(trace, tuning, situation)));
  rows.push(bestConstant(trace, situation));
  const threshold = rows[0]!.coreSeconds;
  return {
    ...{ requests: trace.arrivalsMs.length, bound: bound && Math.round(bound) },
    ...{ work: Math.round(trace.servicesMs.reduce((sum, ms) => sum + ms, 0) / 1_000 / (situation.batch ?? 1)) },
    rows: rows.map(({ name, lateShare, coreSeconds, changesPerHour, waitP99Ms, wattHours }) => ({
      ...{ name, latePercent: round(100 * lateShare, 2), met: lateShare <= MAY_BE_LATE, waitP99Ms },
      ...{ coreSeconds: Math.round(coreSeconds), toThreshold: round(coreSeconds / threshold) },
      ...{ toBound: bound ? round(coreSeconds / bound) : null, changesPerHour: Math.round(changesPerHour) },
      wattHours: round(wattHours, 1),
    })),
  };
}

/** Other services than the assumed one. Tuned on the first half as well, judged on the second. */
const SITUATIONS: Readonly<Record<string, Situation>> = {
  'starts in 5 s': { startMs: 5_000 },
  'may wait 10 s': { objectiveMs: 10_000 },
  'eight requests at once': { batch: 8 },
};

async function measure(file: string) {
  const trace = parseTrace(readFileSync(file, 'utf8'), file, RATES);
  const [first, second] = [half(trace, false), half(trace, true)];
  const untuned: readonly [string, readonly [Name, Tuning]] = ['threshold at 0.5', ['threshold', {}]];
  const tunings = new Map<string, readonly [Name, Tuning]>([untuned, ['hybrid, defaults', ['hybrid', {}]]]);
  for (const policy of Object.keys(GRIDS) as Name[]) tunings.set(`${policy}, tuned`, [policy, tuned(first, policy)]);
  const others: Record<string, unknown> = {};
  for (const [name, situation] of Object.entries(SITUATIONS)) {
    const tuning = tuned(first, 'hybrid', situation);
    others[name] = await judged(second, new Map([untuned, ['hybrid, tuned', ['hybrid', tuning]]]), situation);
  }
  return {
    tunings: Object.fromEntries([...tunings].map(([name, [, tuning]]) => [name, tuning])),
    ...{ firstHalf: await judged(first, tunings), secondHalf: await judged(second, tunings) },
    ...{ whole: await judged(trace, tunings), secondHalfOtherwise: others },
  };
}

/** The season against none, with the defaults of the contract. */
function measureDays(file: string, series: (typeof DAY_SERIES)[number]) {
  const trace = dayTrace(readFileSync(file, 'utf8'), series);
  const policies: readonly (readonly [string, Name, Tuning])[] = [
    ['threshold at 0.5', 'threshold', {}],
    ...(['predictive', 'hybrid'] as const).flatMap((name): (readonly [string, Name, Tuning])[] => [
      [name, name, {}],
      [`${name}, season of a day`, name, { seasonSeconds: 86_400 }],
      [`${name}, season of a week`, name, { seasonSeconds: 604_800 }],
    ]),
  ];
  const workSeconds = trace.servicesMs.reduce((sum, ms) => sum + ms, 0) / 1_000;
  return [20_000, 300_000].map((startMs) => ({
    ...{ startMs, requests: trace.arrivalsMs.length, workSeconds: Math.round(workSeconds) },
    rows: policies.map(([name, policy, tuning]) => {
      const row = rowOf(name, policy, requestOf(trace, tuning, { startMs, objectiveMs: 10_000 }));
      const { lateShare, coreSeconds, changesPerHour } = row;
      return {
        ...{ name, latePercent: round(100 * lateShare, 2), toWork: round(coreSeconds / workSeconds) },
        changesPerHour: Math.round(changesPerHour),
      };
    }),
  }));
}

const words = process.argv.slice(2);
const days = words[0] === 'days';
const folder =
  words[days ? 1 : 0] ?? join(process.env.LLMOS_HOME ?? join(homedir(), '.cache', 'llmos'), 'data', 'scale');
const figures: Record<string, unknown> = {};
const found = async (name: string, figuresOf: (file: string) => unknown) => {
  const file = join(folder, name);
  figures[name] = existsSync(file) ? await figuresOf(file) : `not measured: there is no ${file}`;
};
if (days) for (const series of DAY_SERIES) await found(series.file, (file) => measureDays(file, series));
else for (const name of ['conv', 'code']) await found(`AzureLLMInferenceTrace_${name}.csv`, measure);
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
