import { defineConfig, setting, type ConfigOf } from '@llmos/config';
import { z } from 'zod';

/** What the speech service can be told. */
export const asrConfig = defineConfig({
  /** Worker threads, each with its own models and one core's worth of work. */
  workers: setting('LLMOS_ASR_WORKERS', z.coerce.number().int().min(1).max(64).default(1)),
  /** Longer recordings are refused. */
  maxDurationSeconds: setting('LLMOS_ASR_MAX_DURATION_SECONDS', z.coerce.number().positive().max(36_000).default(600)),
});
export type AsrConfig = ConfigOf<typeof asrConfig>;
