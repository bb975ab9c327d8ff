import { Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { AvailabilityService } from './availability.service.js';
import { ConversationsService } from './conversations.service.js';
import { ErrorsFilter } from './errors.filter.js';
import { HealthController } from './health.controller.js';
import { IntakeService } from './intake.service.js';
import { PipelinesService } from './pipelines.service.js';
import { RunsController } from './runs.controller.js';
import { RunsService } from './runs.service.js';
import { ServingController } from './serving.controller.js';

@Module({
  controllers: [ServingController, RunsController, HealthController],
  providers: [
    PipelinesService,
    AvailabilityService,
    ConversationsService,
    RunsService,
    IntakeService,
    { provide: APP_FILTER, useClass: ErrorsFilter },
  ],
})
export class GatewayModule {}
