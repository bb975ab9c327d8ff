import { LANGUAGE_MODEL_DEFAULTS } from '@llmos/models';
import type { ModelChoice } from '@llmos/supervisor';
import type { CliConfig } from '../cli.config.js';

/** The models of the sample pipelines, beside the language model. */
const OTHER_DEFAULTS = ['moonshine-tiny', 'silero-vad', 'minilm', 'piper-joe'] as const;

type ModelSettings = Pick<CliConfig, 'asrModel' | 'embeddingsModel' | 'generationModel' | 'generationUrl'>;

/** The models that the environment names. */
export function modelsOfEnvironment({ asrModel, embeddingsModel, generationModel }: ModelSettings): ModelChoice {
  return { asr: asrModel, embeddings: embeddingsModel, generation: generationModel };
}

/** The models that the services of this instance use: those named in the environment, those chosen, the defaults. */
export function modelsToFetch(config: ModelSettings, chosen: ModelChoice): string[] {
  const named = modelsOfEnvironment(config);
  const generation = named.generation ?? chosen.generation ?? LANGUAGE_MODEL_DEFAULTS.model;
  const others = [named.asr ?? chosen.asr, named.embeddings ?? chosen.embeddings].filter((name) => name !== undefined);
  return [...new Set([...OTHER_DEFAULTS, ...others, ...(config.generationUrl ? [] : [generation])])];
}
