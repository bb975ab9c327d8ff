import { bootstrapService } from '@llmos/mesh';
import { schedulerConfig } from './scheduler.config.js';
import { SchedulerModule } from './scheduler.module.js';

await bootstrapService('scheduler', SchedulerModule, schedulerConfig);
