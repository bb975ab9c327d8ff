import { CONFIG } from '@llmos/mesh';
import { Module } from '@nestjs/common';
import { PlanService } from './plan/plan.service.js';
import { PlanSteps } from './plan/plan.steps.js';
import type { SchedulerConfig } from './scheduler.config.js';

/** Each idea is a folder with its own steps: `plan`. */
@Module({
  controllers: [PlanSteps],
  providers: [
    {
      provide: PlanService,
      inject: [CONFIG],
      useFactory: ({ planBudgetMs }: SchedulerConfig) => new PlanService(planBudgetMs),
    },
  ],
})
export class SchedulerModule {}
