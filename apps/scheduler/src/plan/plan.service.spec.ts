import { plan, planInputSchema } from '@llmos/contracts/capabilities/scheduler-plan';
import { runStep } from '@llmos/testing';
import { PlanService } from './plan.service.js';
import { PlanSteps } from './plan.steps.js';

const service = new PlanService(60_000);

describe('The plan service', () => {
  it("returns the output of its contract's example", async () => {
    const { input, output } = plan.example;
    const steps = new PlanSteps(service);
    const { output: got } = await runStep(plan, (each, context) => steps.plan(each, context), input);
    expect({ ...got, ms: 1, solvers: got.solvers.map((each) => ({ ...each, ms: 1 })) }).toEqual(output);
  });

  it('stops at once when its run is cancelled', async () => {
    const input = planInputSchema.parse({ ...plan.example.input, budgetMs: 60_000 });
    const reason = new Error('cancelled');
    await expect(service.plan(input, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});
