import { parentPort, workerData } from 'node:worker_threads';
import { finishPlan } from '../finish-plan.js';
import { problemOf, type PlanInput } from '../model/problem-of.js';
import { SOLVERS } from '../solvers/index.js';
import type { FromPlanThread, PlanJob } from './plan-job.js';

const port = parentPort;
if (!port) throw new Error('plan.worker must run in a worker thread; use inPlanThread().');
const send = (message: FromPlanThread) => port.postMessage(message);
const job = workerData as PlanJob;
const input = JSON.parse(job.request) as PlanInput;

// An error ends the thread, and its owner hears of it.
if (job.kind === 'finish') send({ type: 'finished', finished: finishPlan(input, job) });
else {
  const endsAt = performance.now() + job.budgetMs;
  const problem = problemOf(input);
  for (const solver of job.solvers) {
    const budgetMs = endsAt - performance.now();
    await SOLVERS[solver](problem, {
      ...{ budgetMs, seed: input.seed },
      onFound: (found) => send({ type: 'found', solver, ...found }),
    });
    send({ type: 'solved', solver });
  }
  send({ type: 'done' });
}
port.close();
