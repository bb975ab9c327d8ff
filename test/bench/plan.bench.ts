/**
 * Measures the planner of the scheduler. After a build, with Node 24:
 *
 *     node test/bench/plan.bench.ts sizes             200 services on 50 nodes, 2,000 on 500
 *     node test/bench/plan.bench.ts gap <folder>      gap1.txt … gap12.txt of the OR-Library
 *     node test/bench/plan.bench.ts trace <folder>    openb_pod_list_default.csv of the Alibaba GPU trace of 2023
 *
 * `npm run bench -- plan` runs all of it on the folder `<home>/data/plan`. The data are not part of this repository:
 * docs/operations-research.md says where they are.
 */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { planInputSchema } from '@llmos/contracts/capabilities/scheduler-plan';
import { seededRandom } from '@llmos/learning';

const from = (path: string) => new URL(`../../apps/scheduler/dist/plan/${path}`, import.meta.url).href;
type Assignments = typeof import('../../apps/scheduler/src/plan/model/assignment.js');
type Solvers = typeof import('../../apps/scheduler/src/plan/solvers/index.js');
type Service = typeof import('../../apps/scheduler/src/plan/plan.service.js');
type SolverName = keyof Solvers['SOLVERS'];

const { assignmentProblem, parseAssignments } = (await import(from('model/assignment.js'))) as Assignments;
const { SOLVERS } = (await import(from('solvers/index.js'))) as Solvers;
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

const NODE_KINDS = [
  { cores: 8, memoryMb: 64_000, price: 0.7 },
  { cores: 16, memoryMb: 64_000, price: 1 },
  { cores: 32, memoryMb: 128_000, price: 1.9 },
];

/** Services with affinity to earlier ones, spread replicas, accelerators, labels and gangs; all of it can be placed. */
function cluster(services: number, nodes: number) {
  const random = seededRandom(5);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)]!;
  const nodeOf = (at: number) => ({
    ...{ name: `node-${at}`, zone: `zone-${at % 3}`, labels: at % 4 === 0 ? { disk: 'ssd' } : {} },
    accelerators: at % 5 === 0 ? [{ memoryMb: 24_000 }, { memoryMb: 24_000 }] : [],
    ...pick(NODE_KINDS),
  });
  const serviceOf = (at: number) => {
    const kind = random();
    const earlier = `service-${Math.floor(random() * at)}`;
    const free = { accelerator: undefined, affinity: [], antiAffinity: [], nodeSelector: {} };
    return {
      ...{ name: `service-${at}`, replicas: 1 + Math.floor(random() * 3), gang: random() < 0.05 },
      ...{ cores: pick([0.25, 0.5, 1, 1, 2, 3]), memoryMb: pick([500, 1_000, 2_000, 4_000, 8_000]) },
      ...free,
      ...(kind < 0.15 && at > 0 ? { affinity: [{ with: earlier, within: 'zone' }] } : {}),
      ...(kind >= 0.15 && kind < 0.2 && at > 0 ? { affinity: [{ with: earlier, within: 'node' }] } : {}),
      ...(kind >= 0.2 && kind < 0.4 ? { antiAffinity: [{ with: `service-${at}`, within: 'node' }] } : {}),
      ...(kind >= 0.4 && kind < 0.43 ? { accelerator: { memoryMb: 16_000 } } : {}),
      ...(kind >= 0.43 && kind < 0.48 ? { nodeSelector: { disk: 'ssd' } } : {}),
    };
  };
  return {
    nodes: Array.from({ length: nodes }, (_, at) => nodeOf(at)),
    services: Array.from({ length: services }, (_, at) => serviceOf(at)),
    objective: { cost: 1 },
  };
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
process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
