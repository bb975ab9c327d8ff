import { LlmosError } from '@llmos/contracts';
import type { EnsureOptions, ModelStore } from '@llmos/models';
import type { RecogniserFiles } from './recogniser-loader.js';

/** The recogniser's files: those of the named Moonshine model and of the voice detector, fetched if missing. */
export async function recogniserFiles(
  store: ModelStore,
  name: string,
  options: EnsureOptions = {},
): Promise<RecogniserFiles> {
  const moonshine = await store.ensure(name, options);
  const silero = await store.ensure('silero-vad', options);
  return {
    moonshine: {
      name,
      encoder: fileOf(moonshine, 'encoder'),
      decoder: fileOf(moonshine, 'decoder'),
      tokenizer: fileOf(moonshine, 'tokenizer'),
    },
    silero: fileOf(silero, 'model'),
  };
}

function fileOf(files: Record<string, string>, key: string): string {
  const path = files[key];
  if (!path)
    throw new LlmosError('UNAVAILABLE', `The catalog lists no file '${key}' for a model of the speech service.`);
  return path;
}
