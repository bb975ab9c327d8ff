import { genetic } from './genetic.solver.js';
import { greedy } from './greedy.solver.js';
import { milp } from './milp.solver.js';
import type { Solver, SolverName } from './solver.port.js';
import { swarm } from './swarm.solver.js';

export const SOLVERS: Readonly<Record<SolverName, Solver>> = { greedy, genetic, swarm, milp };
