import { defineConfig, setting, type ConfigOf } from '@llmos/config';
import { deviceSchema } from '@llmos/models';
import { z } from 'zod';

/** The settings of the speech service. */
export const asrConfig = defineConfig({
  /** The speech model, a Moonshine model of the catalog. */
  model: setting('LLMOS_ASR_MODEL', z.string().min(1).default('moonshine-tiny')),
  /** Where the speech model runs. */
  device: setting('LLMOS_ASR_DEVICE', deviceSchema),
  /** Worker threads, each with its own models and one core's worth of work. */
  workers: setting('LLMOS_ASR_WORKERS', z.coerce.number().int().min(1).max(64).default(1)),
  /** Longer recordings are refused. */
  maxDurationSeconds: setting('LLMOS_ASR_MAX_DURATION_SECONDS', z.coerce.number().positive().max(36_000).default(600)),
});
export type AsrConfig = ConfigOf<typeof asrConfig>;
