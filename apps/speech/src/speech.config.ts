import { defineConfig, setting, type ConfigOf } from '@llmos/config';
import { deviceSchema } from '@llmos/models';
import { z } from 'zod';

/** The settings of the speech service. */
export const speechConfig = defineConfig({
  /** The voice, a Piper model of the catalog. */
  model: setting('LLMOS_SPEECH_MODEL', z.string().min(1).default('piper-joe')),
  /** Where the voice runs. */
  device: setting('LLMOS_SPEECH_DEVICE', deviceSchema),
  /** Worker threads, each with its own voice and one core's worth of work. */
  workers: setting('LLMOS_SPEECH_WORKERS', z.coerce.number().int().min(1).max(64).default(1)),
  /** Threads that one piece is computed on: two give the first sound in two thirds of the time. */
  threads: setting('LLMOS_SPEECH_THREADS', z.coerce.number().int().min(1).max(64).default(2)),
  /** How long sounds take; above 1 is slower. */
  pace: setting('LLMOS_SPEECH_PACE', z.coerce.number().min(0.5).max(2).default(1)),
});
export type SpeechConfig = ConfigOf<typeof speechConfig>;
