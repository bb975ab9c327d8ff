import { CONFIG } from '@llmos/mesh';
import { Module } from '@nestjs/common';
import { PlanService } from './plan/plan.service.js';
import { PlanSteps } from './plan/plan.steps.js';
import { ReplayService } from './scale/replay.service.js';
import { ReplaySteps } from './scale/replay.steps.js';
import type { SchedulerConfig } from './scheduler.config.js';
import { AvailabilityService } from './watch/availability/availability.service.js';
import { AvailabilitySteps } from './watch/availability/availability.steps.js';

/** Each idea is a folder with its own steps: `plan`, `scale`, `watch`. */
@Module({
  controllers: [PlanSteps, AvailabilitySteps, ReplaySteps],
  providers: [
    AvailabilityService,
    ReplayService,
    {
      provide: PlanService,
      inject: [CONFIG],
      useFactory: ({ planBudgetMs }: SchedulerConfig) => new PlanService(planBudgetMs),
    },
  ],
})
export class SchedulerModule {}
