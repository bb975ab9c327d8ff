import type { Problem } from './problem.js';

/** A generalised assignment problem: each job goes to one agent, within the capacity of each. */
export interface Assignment {
  /** [agent][job]: what is minimised. */
  readonly costs: readonly (readonly number[])[];
  /** [agent][job] */
  readonly demands: readonly (readonly number[])[];
  readonly capacities: readonly number[];
}

/** The same as a planning problem: jobs are groups of one item, agents are nodes that cost nothing themselves. */
export function assignmentProblem({ costs, demands, capacities }: Assignment): Problem {
  const [nodes, groups] = [capacities.length, costs[0]!.length];
  const byPair = (of: (job: number, agent: number) => number) =>
    Float64Array.from({ length: groups * nodes }, (_, at) => of(Math.floor(at / nodes), at % nodes));
  const largest = Math.max(...costs.flat().map(Math.abs));
  return {
    ...{ nodes, groups, resources: 1, demandByNode: true },
    capacity: Float64Array.from(capacities),
    demand: byPair((job, agent) => demands[agent]![job]!),
    count: new Int32Array(groups).fill(1),
    penalty: new Float64Array(groups).fill(1 + 2 * groups * largest),
    allowed: Uint8Array.from(byPair((job, agent) => (demands[agent]![job]! <= capacities[agent]! ? 1 : 0))),
    choiceCost: byPair((job, agent) => costs[agent]![job]!),
    nodeCost: new Float64Array(nodes),
    ...{ balanceWeight: 0, balanced: 1, movementWeight: 0 },
    here: new Uint16Array(groups * nodes),
    gang: new Uint8Array(groups),
    rules: [],
  };
}

/**
 * Reads a file of the OR-Library (Beasley 1990): the number of problems; for each the numbers of agents and jobs, costs
 * and demands agent by agent, and the capacities. gap1 to gap12 are maximised: there costs are profits.
 *
 * @throws Error if the file ends too early.
 */
export function parseAssignments(text: string, sense: 'minimise' | 'maximise'): Assignment[] {
  const numbers = text.split(/\s+/).filter((word) => word !== '');
  let at = 0;
  const next = (): number => {
    if (at >= numbers.length) throw new Error(`the file ends after ${at} numbers, in the middle of a problem`);
    return Number(numbers[at++]);
  };
  const table = (rows: number, columns: number) =>
    Array.from({ length: rows }, () => Array.from({ length: columns }, next));
  return Array.from({ length: next() }, () => {
    const [agents, jobs] = [next(), next()];
    const given = table(agents, jobs);
    const costs = sense === 'minimise' ? given : given.map((row) => row.map((profit) => -profit));
    return { costs, demands: table(agents, jobs), capacities: table(1, agents)[0]! };
  });
}
