import type { InputOf, OutputOf } from '@llmos/contracts';
import { plan } from '@llmos/contracts/capabilities/scheduler-plan';
import { Step, type StepContext } from '@llmos/mesh';
import { Controller } from '@nestjs/common';
import { PlanService } from './plan.service.js';

@Controller()
export class PlanSteps {
  constructor(private readonly service: PlanService) {}

  @Step(plan)
  plan(input: InputOf<typeof plan>, context: StepContext): Promise<OutputOf<typeof plan>> {
    return this.service.plan(input, { signal: context.signal, emit: (progress) => context.emit(progress) });
  }
}
