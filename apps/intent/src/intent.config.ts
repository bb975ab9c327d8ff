import { fileURLToPath } from 'node:url';
import { defineConfig, setting, type ConfigOf } from '@llmos/config';
import { deviceSchema } from '@llmos/models';
import { z } from 'zod';

/** The settings of the intent service. */
export const intentConfig = defineConfig({
  /** Where the embedding model runs. */
  device: setting('LLMOS_INTENT_DEVICE', deviceSchema),
  /** Worker threads that embed questions, each with a session of its own (about 60 MB). */
  workers: setting('LLMOS_INTENT_WORKERS', z.coerce.number().int().min(1).max(64).default(1)),
  /** The trained head's description; its weights lie beside it. */
  headPath: setting(
    'LLMOS_INTENT_HEAD',
    z
      .string()
      .min(1)
      .default(fileURLToPath(new URL('../model/banking77-head.json', import.meta.url))),
  ),
});
export type IntentConfig = ConfigOf<typeof intentConfig>;
