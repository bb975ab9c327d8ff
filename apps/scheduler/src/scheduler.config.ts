import { defineConfig, setting, underRoot, type ConfigOf } from '@llmos/config';
import { actionKindSchema, ACTIONS, type ActionKind } from '@llmos/contracts/capabilities/scheduler-alerts';
import { z } from 'zod';

/** The settings of the scheduler service. */
export const schedulerConfig = defineConfig({
  /** A plan searches no longer than this, whatever its caller asks for. */
  planBudgetMs: setting(
    'LLMOS_SCHEDULER_PLAN_BUDGET_MS',
    z.coerce.number().int().min(50).max(600_000).default(600_000),
  ),
  /** The thresholds that are watched. Read at the start; while the file is wrong, it is read again. */
  thresholdsPath: setting('LLMOS_SCHEDULER_THRESHOLDS', z.string().min(1), underRoot('deploy', 'thresholds.yaml')),
  /** What is done about alerts: `dry-run` tells what would be done, `on` does it; or a list such as `restart,page`. */
  actions: setting('LLMOS_SCHEDULER_ACTIONS', z.string().default('dry-run').transform(allowedActions)),
  /** Pages are posted here as JSON. */
  pageUrl: setting('LLMOS_SCHEDULER_PAGE_URL', z.url().optional()),
  /** Which services are scaled, and how. Without the file none is. */
  scalingFile: setting('LLMOS_SCALING_FILE', z.string().min(1), underRoot('deploy', 'scaling.yaml')),
});

function allowedActions(text: string, context: z.RefinementCtx<string>): readonly ActionKind[] {
  if (text === 'dry-run') return [];
  if (text === 'on') return ACTIONS;
  const parsed = z.array(actionKindSchema).safeParse(text.split(','));
  if (parsed.success) return parsed.data;
  context.addIssue({ code: 'custom', message: `must be dry-run, on, or a list of ${ACTIONS.join(', ')}` });
  return z.NEVER;
}

export type SchedulerConfig = ConfigOf<typeof schedulerConfig>;
