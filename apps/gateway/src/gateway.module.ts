import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AvailabilityService } from './availability.service.js';
import { EventsController } from './events/events.controller.js';
import { IntakeService } from './events/intake.service.js';
import { ErrorsFilter } from './http/errors.js';
import { ThrottleService } from './throttle/throttle.service.js';
import { HealthController } from './health.controller.js';
import { OpenApiController } from './http/openapi.controller.js';
import { RouteRegistry } from './http/route-registry.js';
import { PipelinesService } from './pipelines.service.js';
import { AnalysisController } from './resources/analysis.controller.js';
import { DocumentsController } from './resources/documents.controller.js';
import { QuestionsController } from './resources/questions.controller.js';
import { RecommendationsController } from './resources/recommendations.controller.js';
import { HttpRuns } from './runs/http-runs.js';
import { RecurringRunsController } from './resources/recurring-runs.controller.js';
import { RunsController } from './runs/runs.controller.js';
import { RunsService } from './runs/runs.service.js';
import { ServingController } from './runs/serving.controller.js';

@Module({
  controllers: [
    ServingController,
    RunsController,
    EventsController,
    RecommendationsController,
    DocumentsController,
    QuestionsController,
    AnalysisController,
    RecurringRunsController,
    HealthController,
    OpenApiController,
  ],
  providers: [
    PipelinesService,
    AvailabilityService,
    RunsService,
    HttpRuns,
    IntakeService,
    ThrottleService,
    RouteRegistry,
    { provide: APP_FILTER, useClass: ErrorsFilter },
  ],
})
export class GatewayModule {}
