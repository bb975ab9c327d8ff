import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AvailabilityService } from './availability.service.js';
import { ConversationsService } from './conversations.service.js';
import { ErrorsFilter } from './errors.filter.js';
import { GuardService } from './guard/guard.service.js';
import { HealthController } from './health.controller.js';
import { IntakeService } from './intake.service.js';
import { PipelinesService } from './pipelines.service.js';
import { AnalysisController } from './resources/analysis.controller.js';
import { RecommendationsController } from './resources/recommendations.controller.js';
import { ResourceRuns } from './resources/resource-runs.service.js';
import { SchedulesController } from './resources/schedules.controller.js';
import { RunsController } from './runs.controller.js';
import { RunsService } from './runs.service.js';
import { ServingController } from './serving.controller.js';

@Module({
  controllers: [
    ServingController,
    RunsController,
    RecommendationsController,
    AnalysisController,
    SchedulesController,
    HealthController,
  ],
  providers: [
    PipelinesService,
    AvailabilityService,
    ConversationsService,
    RunsService,
    ResourceRuns,
    IntakeService,
    GuardService,
    { provide: APP_FILTER, useClass: ErrorsFilter },
  ],
})
export class GatewayModule {}
