/**
 * Measures all figures in one run: `npm run bench`, or `npm run bench -- hop house` for a part.
 * Writes docs/benchmarks.json (a partial run replaces only its own figures) and the table in docs/benchmarks.md.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { format, resolveConfig } from 'prettier';

const PARTS = ['hop', 'race', 'house', 'asr', 'generation', 'intent', 'retrieval', 'documents', 'recommender'] as const;
/** Measured only when they are named: they need data that is not part of this repository, and minutes. */
const OPT_IN = ['plan', 'scale'] as const;
type Part = (typeof PARTS)[number] | (typeof OPT_IN)[number];
type Figures = Partial<Record<Part, Record<string, unknown>>>;

interface Target {
  readonly what: string;
  readonly part: Part;
  readonly path: string;
  readonly limit: number;
  readonly better: 'more' | 'less';
  readonly unit?: string;
}

const TARGETS: readonly Target[] = [
  {
    what: 'mesh cost of a voice turn, p50',
    part: 'house',
    path: 'turn.meshP50Ms',
    limit: 10,
    better: 'less',
    unit: 'ms',
  },
  {
    what: 'mesh cost of a voice turn, p99',
    part: 'house',
    path: 'turn.meshP99Ms',
    limit: 25,
    better: 'less',
    unit: 'ms',
  },
  {
    what: 'mesh hops per second, 64 concurrent, against Moleculer',
    part: 'hop',
    path: 'meshToMoleculer',
    limit: 1,
    better: 'more',
    unit: 'x',
  },
  {
    what: 'durable lane with fsync, against a bare JetStream chain',
    part: 'race',
    path: 'durableToChain',
    limit: 1,
    better: 'more',
    unit: 'x',
  },
  {
    what: 'durable lane without fsync, against Moleculer Channels',
    part: 'race',
    path: 'durableLaterToChannels',
    limit: 1,
    better: 'more',
    unit: 'x',
  },
  {
    what: 'durable run of two steps alone with fsync, p50',
    part: 'race',
    path: 'engines.durable.aloneP50Ms',
    limit: 2.5,
    better: 'less',
    unit: 'ms',
  },
  { what: 'ASR real-time factor, one thread', part: 'asr', path: 'rtf', limit: 0.05, better: 'less' },
  { what: 'ASR service against a bare loop', part: 'asr', path: 'ratio', limit: 1.15, better: 'less', unit: 'x' },
  { what: 'ASR word errors on the two recordings', part: 'asr', path: 'wer', limit: 0.05, better: 'less' },
  { what: 'intent accuracy, held out', part: 'intent', path: 'heldOut.accuracy', limit: 0.93, better: 'more' },
  {
    what: 'intent accuracy, cross-validated',
    part: 'intent',
    path: 'crossValidated.accuracy',
    limit: 0.93,
    better: 'more',
  },
  { what: 'out-of-scope AUROC', part: 'intent', path: 'oos.auroc', limit: 0.985, better: 'more' },
  { what: 'help-centre hit@3, search without intent', part: 'retrieval', path: 'hit3', limit: 0.9, better: 'more' },
  {
    what: 'help-centre hit@3, with held-out intents',
    part: 'retrieval',
    path: 'heldOut.hit3',
    limit: 0.9,
    better: 'more',
  },
  {
    what: 'import of 10,000 documents',
    part: 'documents',
    path: 'importSecondsFor10000',
    limit: 600,
    better: 'less',
    unit: 's',
  },
  {
    what: 'search among 10,000 documents, p95',
    part: 'documents',
    path: 'search.handlerP95Ms',
    limit: 30,
    better: 'less',
    unit: 'ms',
  },
  {
    what: 'right article cited, whole pipeline',
    part: 'house',
    path: 'answers.cited_right',
    limit: 0.9,
    better: 'more',
  },
  {
    what: 'answers with an unsupported statement',
    part: 'house',
    path: 'answers.unsupported',
    limit: 0.01,
    better: 'less',
  },
  {
    what: 'generation tokens per second against bare llama.cpp',
    part: 'generation',
    path: 'ratio',
    limit: 0.9,
    better: 'more',
    unit: 'x',
  },
  {
    what: 'event-loop delay p99 while models run, worst service',
    part: 'house',
    path: 'eventLoopP99Ms.*',
    limit: 20,
    better: 'less',
    unit: 'ms',
  },
  {
    what: 'resident memory of all processes under load',
    part: 'house',
    path: 'residentMb.all',
    limit: 1_800,
    better: 'less',
    unit: 'MB',
  },
  {
    what: 'idle CPU of all processes, of one core',
    part: 'house',
    path: 'idleCpuPercent',
    limit: 3,
    better: 'less',
    unit: '%',
  },
  {
    what: 'recommender: training with 4,000 items',
    part: 'recommender',
    path: 'trainingSeconds',
    limit: 10,
    better: 'less',
    unit: 's',
  },
  {
    what: 'recommender: list of ten at 4,000 items, p99',
    part: 'recommender',
    path: 'serving.p99Ms',
    limit: 5,
    better: 'less',
    unit: 'ms',
  },
  {
    what: 'recommender: the same in the running service, p99',
    part: 'recommender',
    path: 'service.handler.p99Ms',
    limit: 5,
    better: 'less',
    unit: 'ms',
  },
  {
    what: 'planning: MILP at the published optimum, of 60 assignment problems',
    part: 'plan',
    path: 'gap.milp.optimal',
    limit: 60,
    better: 'more',
  },
  {
    what: 'planning: slowest of these',
    part: 'plan',
    path: 'gap.milp.slowestSeconds',
    limit: 60,
    better: 'less',
    unit: 's',
  },
  {
    what: 'planning: genetic, worst of the 60 below its optimum',
    part: 'plan',
    path: 'gap.genetic.worstPercentOff',
    limit: 1,
    better: 'less',
    unit: '%',
  },
  {
    what: 'planning: swarm, worst of the 60 below its optimum',
    part: 'plan',
    path: 'gap.swarm.worstPercentOff',
    limit: 3,
    better: 'less',
    unit: '%',
  },
  {
    what: 'planning: 200 services on 50 nodes',
    part: 'plan',
    path: 'sizes.services200.seconds',
    limit: 2,
    better: 'less',
    unit: 's',
  },
  {
    what: 'planning: 2,000 services on 500 nodes',
    part: 'plan',
    path: 'sizes.services2000.seconds',
    limit: 30,
    better: 'less',
    unit: 's',
  },
];

const JSON_FILE = 'docs/benchmarks.json';
const wanted = process.argv.slice(2);
const ALL: readonly Part[] = [...PARTS, ...OPT_IN];
const unknown = wanted.find((name) => !ALL.some((part) => part === name));
if (unknown !== undefined) throw new Error(`There is no part '${unknown}'; the parts are ${ALL.join(', ')}`);
const parts = wanted.length === 0 ? PARTS : ALL.filter((part) => wanted.includes(part));
const before = previous();
const figures: Figures = wanted.length === 0 ? { plan: before.plan, scale: before.scale } : before;
for (const part of parts) {
  process.stdout.write(`${part} … `);
  const startedAt = performance.now();
  // Each part runs in its own process, so that the memory of one does not affect the next.
  const { stdout, status, stderr } = spawnSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', `test/bench/${part}.bench.ts`],
    { encoding: 'utf8', maxBuffer: 1e8 },
  );
  if (status !== 0) throw new Error(`${part} failed:\n${stderr}`);
  figures[part] = { measuredOn: today(), ...(JSON.parse(stdout) as Record<string, unknown>) };
  writeFileSync(JSON_FILE, `${JSON.stringify(figures, null, 2)}\n`);
  process.stdout.write(`${((performance.now() - startedAt) / 1_000).toFixed(0)} s\n`);
}
const table = tableOf(figures);
process.stdout.write(`\n${table}\n`);
const DOCUMENT = 'docs/benchmarks.md';
const document = readFileSync(DOCUMENT, 'utf8');
const replaced = document.replace(/(<!-- table -->\n)[\s\S]*(<!-- end -->)/, `$1${table}\n$2`);
writeFileSync(DOCUMENT, await format(replaced, { ...(await resolveConfig(DOCUMENT)), filepath: DOCUMENT }));

function today(): string {
  return new Date().toISOString().slice(0, 10);
}

function previous(): Figures {
  try {
    return JSON.parse(readFileSync(JSON_FILE, 'utf8')) as Figures;
  } catch {
    return {};
  }
}

function tableOf(all: Figures): string {
  const rows = TARGETS.map(({ what, part, path, limit, better, unit }) => {
    const value = valueAt(all[part], path);
    const met =
      value === undefined
        ? 'not measured'
        : (better === 'more' ? value >= limit : value <= limit)
          ? 'met'
          : '**missed**';
    const shown = value === undefined ? '–' : `${Number(value.toPrecision(3))}${unit ? ` ${unit}` : ''}`;
    const bar = `${better === 'more' ? '≥' : '≤'} ${limit}${unit ? ` ${unit}` : ''}`;
    const { measuredOn = '' } = all[part] ?? {};
    return `| ${[what, bar, shown, met, value === undefined ? '' : String(measuredOn)].join(' | ')} |`;
  });
  return [
    `Last run on ${cpus().length} cores (${cpus()[0]?.model.trim() ?? 'unknown'}).`,
    '',
    '| figure | target | measured | | on |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
  ].join('\n');
}

/** `a.b` of a nested object; `a.*` is the largest of its values. */
function valueAt(tree: unknown, path: string): number | undefined {
  let value: unknown = tree;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = key === '*' ? Math.max(...(Object.values(value) as number[])) : (value as Record<string, unknown>)[key];
  }
  return typeof value === 'number' ? value : undefined;
}
