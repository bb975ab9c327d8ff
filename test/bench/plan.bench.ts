/**
 * Measures the planner of the scheduler. After a build, with Node 24:
 *
 *     node test/bench/plan.bench.ts sizes             200 services on 50 nodes, 2,000 on 500
 *     node test/bench/plan.bench.ts gap <folder>      gap1.txt … gap12.txt of the OR-Library
 *     node test/bench/plan.bench.ts trace <folder>    openb_pod_list_default.csv of the Alibaba GPU trace of 2023
 *     node test/bench/plan.bench.ts kube <folder>     beside a real kube-scheduler; etcd, kube-apiserver and
 *                                                     kube-scheduler are programs in the folder
 *
 * `npm run bench -- plan` runs all but the last on the folder `<home>/data/plan`. The data are not part of this repository:
 * docs/operations-research.md says where they are.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { planInputSchema } from '@llmos/contracts/capabilities/scheduler-plan';
import { cluster } from './plan/cluster.ts';
import { placeWithKubernetes, type Bound } from './plan/kube-scheduler.ts';

const from = (path: string) => new URL(`../../apps/scheduler/dist/plan/${path}`, import.meta.url).href;
type Assignments = typeof import('../../apps/scheduler/src/plan/model/assignment.js');
type Solvers = typeof import('../../apps/scheduler/src/plan/solvers/index.js');
type Service = typeof import('../../apps/scheduler/src/plan/plan.service.js');
type Checks = typeof import('../../apps/scheduler/src/plan/check-plan.js');
type SolverName = keyof Solvers['SOLVERS'];

const { assignmentProblem, parseAssignments } = (await import(from('model/assignment.js'))) as Assignments;
const { SOLVERS } = (await import(from('solvers/index.js'))) as Solvers;
const { checkPlan } = (await import(from('check-plan.js'))) as Checks;
const { PlanService } = (await import(from('plan.service.js'))) as Service;

/** The published optima, from the OR-Library. */
const OPTIMA: readonly (readonly number[])[] = [
  [336, 327, 339, 341, 326],
  [434, 436, 420, 419, 428],
  [580, 564, 573, 570, 564],
  [656, 644, 673, 647, 664],
  [563, 558, 564, 568, 559],
  [761, 759, 758, 752, 747],
  [942, 949, 968, 945, 951],
  [1133, 1134, 1141, 1117, 1127],
  [709, 717, 712, 723, 706],
  [958, 963, 960, 947, 947],
  [1139, 1178, 1195, 1171, 1171],
  [1451, 1449, 1433, 1447, 1446],
];
const BUDGET_MS: Readonly<Record<SolverName, number>> = { milp: 60_000, genetic: 2_000, swarm: 2_000, greedy: 1_000 };

const round = (value: number, digits = 3) => Number(value.toFixed(digits));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** How far each solver is from the published optima of the 60 problems, in percent. */
async function gap(folder: string) {
  const problems = OPTIMA.flatMap((optima, at) =>
    parseAssignments(readFileSync(join(folder, `gap${at + 1}.txt`), 'utf8'), 'maximise').map((given, n) => ({
      given,
      optimum: optima[n]!,
    })),
  );
  const figures: Record<string, unknown> = { problems: problems.length };
  for (const name of Object.keys(SOLVERS) as SolverName[]) {
    const [offs, times]: [number[], number[]] = [[], []];
    let [optimal, incomplete] = [0, 0];
    for (const { given, optimum } of problems) {
      const startedAt = performance.now();
      const profit = -(await bestOf(name, assignmentProblem(given)));
      times.push((performance.now() - startedAt) / 1_000);
      if (profit === optimum) optimal++;
      // A penalty for jobs without an agent is far more than all profits.
      if (profit < 0) incomplete++;
      else offs.push((100 * (optimum - profit)) / optimum);
    }
    figures[name] = {
      ...{ optimal, incomplete, meanPercentOff: offs.length > 0 ? round(mean(offs)) : null },
      worstPercentOff: offs.length > 0 ? round(Math.max(...offs)) : null,
      ...{ meanSeconds: round(mean(times)), slowestSeconds: round(Math.max(...times)) },
    };
  }
  return figures;
}

async function bestOf(name: SolverName, problem: ReturnType<Assignments['assignmentProblem']>): Promise<number> {
  let best = Infinity;
  await SOLVERS[name](problem, {
    ...{ seed: 1, budgetMs: BUDGET_MS[name] },
    onFound: ({ score = Infinity }) => (best = Math.min(best, score)),
  });
  return best;
}

/** Plans within a budget: how long the call took, and how far the plan is from the bound. */
async function planned(request: object, budgetMs: number) {
  const input = planInputSchema.parse({ ...request, budgetMs, explain: false });
  const startedAt = performance.now();
  const {
    parts,
    score,
    bound,
    gap: off,
    unplaced,
    solvers,
    solver,
  } = await new PlanService(600_000).plan(input, {
    signal: new AbortController().signal,
  });
  return {
    ...{ seconds: round((performance.now() - startedAt) / 1_000), replicas: sumOf(input.services) },
    ...{
      unplaced: sumOf(unplaced),
      nodes: parts.nodes,
      cost: parts.cost,
      score,
      bound,
      gapPercent: round(100 * off, 1),
    },
    ...{ solver, scores: Object.fromEntries(solvers.map((each) => [each.solver, each.score ?? null])) },
  };
}

const sumOf = (list: readonly { readonly replicas: number }[]) => list.reduce((sum, { replicas }) => sum + replicas, 0);

async function sizes() {
  return {
    services200: await planned(cluster(200, 50), 2_000),
    services2000: await planned(cluster(2_000, 500), 30_000),
  };
}

/** The same services for the same nodes: ample ones, and too few. Gangs are left out: kube-scheduler has none. */
async function kube(programs: string) {
  const figures: Record<string, unknown> = {};
  for (const nodes of [50, 24]) {
    const given = cluster(200, nodes);
    const request = { ...given, services: given.services.map((service) => ({ ...service, gang: false })) };
    const input = planInputSchema.parse(request);
    const besides: Record<string, unknown> = {};
    for (const scoring of ['LeastAllocated', 'MostAllocated'] as const) {
      const { bound, seconds } = await placeWithKubernetes(input, { programs, scoring });
      besides[scoring] = { ...figuresOf(input, bound), seconds: round(seconds, 1) };
    }
    figures[`nodes${nodes}`] = { ...besides, portfolio: await planned(request, 2_000) };
  }
  return figures;
}

function figuresOf(input: ReturnType<typeof planInputSchema.parse>, bound: readonly Bound[]) {
  const used = new Set(bound.map(({ node }) => node));
  const cost = input.nodes.reduce((sum, { name, price }) => sum + (used.has(name) ? price : 0), 0);
  const faults = checkPlan(
    input,
    bound.map((each) => ({ ...each, replicas: 1 })),
  );
  return { unplaced: sumOf(input.services) - bound.length, nodes: used.size, cost: round(cost, 1), faults };
}

/** A common machine of the trace. */
const MACHINE = { cores: 96, memoryMb: 402_653, accelerators: Array.from({ length: 8 }, () => ({ memoryMb: 1 })) };
const MACHINES = 1_400;
const MB_PER_MIB = 1.048_576;

interface Shape {
  readonly name: string;
  readonly replicas: number;
  readonly cores: number;
  readonly memoryMb: number;
  readonly accelerator?: { readonly count: number };
}

/** All pods of the trace on machines that are alike: how many are used. A shared accelerator counts as a whole one. */
async function trace(folder: string) {
  const [, ...lines] = readFileSync(join(folder, 'openb_pod_list_default.csv'), 'utf8').trim().split('\n');
  const shapes = new Map<string, number>();
  for (const line of lines) {
    const [, cpu, memory, gpus] = line.split(',');
    const key = [cpu, memory, gpus].join(',');
    shapes.set(key, (shapes.get(key) ?? 0) + 1);
  }
  const all = [...shapes].map(([key, replicas], at): Shape => {
    const [cpu, memory, gpus] = key.split(',').map(Number) as [number, number, number];
    return {
      ...{ name: `shape-${at}`, replicas, cores: cpu / 1_000, memoryMb: Math.ceil(memory * MB_PER_MIB) },
      ...(gpus > 0 ? { accelerator: { count: gpus } } : {}),
    };
  });
  const services = all.filter((shape) => sharesOf(shape).every((share) => share <= 1));
  const nodes = Array.from({ length: MACHINES }, (_, at) => ({ name: `node-${at}`, ...MACHINE }));
  return {
    ...{ pods: lines.length, tooLarge: sumOf(all) - sumOf(services), shapes: services.length },
    firstFitDecreasing: {
      byLargestShare: firstFitDecreasing(services, (shares) => Math.max(...shares)),
      bySumOfShares: firstFitDecreasing(services, (shares) => shares.reduce((sum, share) => sum + share, 0)),
    },
    portfolio: await planned({ nodes, services }, 60_000),
  };
}

const sharesOf = ({ cores, memoryMb, accelerator }: Shape) => [
  cores / MACHINE.cores,
  memoryMb / MACHINE.memoryMb,
  (accelerator?.count ?? 0) / MACHINE.accelerators.length,
];

/** Nodes that the textbook's heuristic uses: the largest first, each on the first node that holds it. */
function firstFitDecreasing(services: readonly Shape[], sizeOf: (shares: readonly number[]) => number): number {
  const items = services.flatMap((shape) => Array.from({ length: shape.replicas }, () => sharesOf(shape)));
  items.sort((a, b) => sizeOf(b) - sizeOf(a));
  const nodes: number[][] = [];
  for (const item of items) {
    const node = nodes.find((free) => free.every((share, r) => share >= item[r]! - 1e-9));
    if (node) item.forEach((share, r) => (node[r]! -= share));
    else nodes.push(item.map((share) => 1 - share));
  }
  return nodes.length;
}

const [what = 'all', folder = join(process.env.LLMOS_HOME ?? join(homedir(), '.cache', 'llmos'), 'data', 'plan')] =
  process.argv.slice(2);
const missing = (file: string) => `not measured: there is no ${join(folder, file)}`;
const figures: Record<string, unknown> = {};
if (what === 'all' || what === 'sizes') figures.sizes = await sizes();
if (what === 'all' || what === 'gap')
  figures.gap = existsSync(join(folder, 'gap1.txt')) ? await gap(folder) : missing('gap1.txt');
if (what === 'all' || what === 'trace')
  figures.trace = existsSync(join(folder, 'openb_pod_list_default.csv'))
    ? await trace(folder)
    : missing('openb_pod_list_default.csv');
if (what === 'kube') figures.kube = await kube(folder);
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
