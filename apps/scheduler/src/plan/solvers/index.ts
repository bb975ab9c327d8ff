import { greedy } from './greedy.solver.js';
import type { Solver, SolverName } from './solver.port.js';

export const SOLVERS: Readonly<Record<SolverName, Solver>> = {
  greedy,
};
