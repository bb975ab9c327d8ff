import { CONFIG } from '@llmos/mesh';
import { Module } from '@nestjs/common';
import { PlanService } from './plan/plan.service.js';
import { PlanSteps } from './plan/plan.steps.js';
import { ParentHost } from './scale/live/parent-host.js';
import { REPLICA_HOST } from './scale/live/replica-host.port.js';
import { ScalingService } from './scale/live/scaling.service.js';
import { ScalingSteps } from './scale/live/scaling.steps.js';
import { ReplayService } from './scale/replay.service.js';
import { ReplaySteps } from './scale/replay.steps.js';
import type { SchedulerConfig } from './scheduler.config.js';
import { SignalsFeed } from './signals/signals-feed.js';
import { SignalsSteps } from './signals/signals.steps.js';
import { WatchService } from './watch/alerts/watch.service.js';
import { WatchSteps } from './watch/alerts/watch.steps.js';
import { AvailabilityService } from './watch/availability/availability.service.js';
import { AvailabilitySteps } from './watch/availability/availability.steps.js';

/** Each idea is a folder with its own steps: `signals`, `plan`, `scale`, `watch`. */
@Module({
  controllers: [SignalsSteps, WatchSteps, PlanSteps, AvailabilitySteps, ReplaySteps, ScalingSteps],
  providers: [
    SignalsFeed,
    WatchService,
    AvailabilityService,
    ReplayService,
    ScalingService,
    { provide: REPLICA_HOST, useFactory: () => ParentHost.find() },
    {
      provide: PlanService,
      inject: [CONFIG],
      useFactory: ({ planBudgetMs }: SchedulerConfig) => new PlanService(planBudgetMs),
    },
  ],
})
export class SchedulerModule {}
