import { defineConfig, setting, type ConfigOf } from '@llmos/config';
import { z } from 'zod';

/** The settings of the scheduler service. */
export const schedulerConfig = defineConfig({
  /** A plan searches no longer than this, whatever its caller asks for. */
  planBudgetMs: setting(
    'LLMOS_SCHEDULER_PLAN_BUDGET_MS',
    z.coerce.number().int().min(50).max(600_000).default(600_000),
  ),
});
export type SchedulerConfig = ConfigOf<typeof schedulerConfig>;
