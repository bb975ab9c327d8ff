import { parentPort, workerData } from 'node:worker_threads';
import { finishPlan } from '../finish-plan.js';
import { problemOf } from '../model/problem-of.js';
import { SOLVERS } from '../solvers/index.js';
import type { FromPlanThread, PlanJob } from './plan-job.js';

const port = parentPort;
if (!port) throw new Error('plan.worker must run in a worker thread; use inPlanThread().');
const send = (message: FromPlanThread) => port.postMessage(message);
const job = workerData as PlanJob;

// An error ends the thread, and its owner hears of it.
if (job.kind === 'finish') send({ type: 'finished', finished: finishPlan(job) });
else {
  const { solver, input, budgetMs, maxSteps } = job;
  await SOLVERS[solver](problemOf(input), {
    ...{ budgetMs, maxSteps, seed: input.seed },
    onFound: (found) => send({ type: 'found', ...found }),
  });
  send({ type: 'done' });
}
port.close();
