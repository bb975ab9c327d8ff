/**
 * Replays Azure's traces of LLM inference of 2023 against the scaling policies of the scheduler. After a build, with Node 24:
 *
 *     node test/bench/scale.bench.ts [folder]    AzureLLMInferenceTrace_conv.csv and _code.csv
 *
 * `npm run bench -- scale` reads `<home>/data/scale`. The data are not part of this repository: docs/operations-research.md
 * says where they are. Policies are tuned on the first half of each trace, and judged on the second half and the whole.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { replayInputSchema } from '@llmos/contracts/capabilities/scheduler-replay';

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
/** Late requests are ≤1 %; a tuned policy keeps some of it in reserve, because the second half is unseen. */
const [MAY_BE_LATE, TUNED_TO] = [0.01, 0.002];

const round = (value: number, digits = 3) => Number(value.toFixed(digits));
const requestOf = (trace: Request, tuning: Tuning = {}) => replayInputSchema.parse({ ...trace, tuning });

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
  hybrid: cross(
    [0.001, 0.01, 0.05, 0.2],
    [60, 120, 240, 300],
    [0, 1],
    [30, 60, 120, 300],
    [0, 1, 2, 3, 4, 8, 16, 24],
  ).map(([limit, windowSeconds, errors, holdSeconds, spares]) => ({
    ...{ limit: limit!, windowSeconds: windowSeconds!, errors: errors!, holdSeconds: holdSeconds!, spares: spares! },
  })),
};

function cross(...lists: readonly (readonly number[])[]): number[][] {
  return lists.reduce<number[][]>((rows, list) => rows.flatMap((row) => list.map((each) => [...row, each])), [[]]);
}

/** The fewest core-seconds of all that are late seldom enough; if none is, the one that is late least. */
function tuned(trace: Request, policy: Name): Tuning {
  const tried = GRIDS[policy].map((tuning) => ({ tuning, ...replayPolicy(requestOf(trace, tuning), policy) }));
  const good = tried.filter(({ lateShare }) => lateShare <= TUNED_TO).sort((a, b) => a.coreSeconds - b.coreSeconds);
  return (good[0] ?? tried.sort((a, b) => a.lateShare - b.lateShare)[0]!).tuning;
}

async function judged(trace: Request, tunings: ReadonlyMap<string, readonly [Name, Tuning]>) {
  const bound = await boundOf(requestOf(trace));
  const rows = [...tunings].map(([name, [policy, tuning]]) => {
    const { lateShare, coreSeconds, changesPerHour, waitP99Ms } = replayPolicy(requestOf(trace, tuning), policy);
    return { name, lateShare, coreSeconds, changesPerHour, waitP99Ms };
  });
  const threshold = rows[0]!.coreSeconds;
  return {
    ...{ requests: trace.arrivalsMs.length, bound: bound && Math.round(bound) },
    ...{ work: Math.round(trace.servicesMs.reduce((sum, ms) => sum + ms, 0) / 1_000) },
    rows: rows.map(({ name, lateShare, coreSeconds, changesPerHour, waitP99Ms }) => ({
      ...{ name, latePercent: round(100 * lateShare, 2), met: lateShare <= MAY_BE_LATE, waitP99Ms },
      ...{ coreSeconds: Math.round(coreSeconds), toThreshold: round(coreSeconds / threshold) },
      ...{ toBound: bound ? round(coreSeconds / bound) : null, changesPerHour: Math.round(changesPerHour) },
    })),
  };
}

async function measure(file: string) {
  const trace = parseTrace(readFileSync(file, 'utf8'), file, RATES);
  const first = half(trace, false);
  const tunings = new Map<string, readonly [Name, Tuning]>([['threshold at 0.5', ['threshold', {}]]]);
  for (const policy of Object.keys(GRIDS) as Name[]) tunings.set(`${policy}, tuned`, [policy, tuned(first, policy)]);
  return {
    tunings: Object.fromEntries([...tunings].map(([name, [, tuning]]) => [name, tuning])),
    ...{ firstHalf: await judged(first, tunings), secondHalf: await judged(half(trace, true), tunings) },
    whole: await judged(trace, tunings),
  };
}

const [folder = join(process.env.LLMOS_HOME ?? join(homedir(), '.cache', 'llmos'), 'data', 'scale')] =
  process.argv.slice(2);
const figures: Record<string, unknown> = {};
for (const name of ['conv', 'code']) {
  const file = join(folder, `AzureLLMInferenceTrace_${name}.csv`);
  figures[name] = existsSync(file) ? await measure(file) : `not measured: there is no ${file}`;
}
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
