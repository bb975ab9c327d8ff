import type { EnsureOptions, ModelStore } from '@llmos/models';
import type { RecogniserFiles } from './recogniser-loader.js';

/** Where the recogniser's models lie, fetched first where missing. */
export async function recogniserFiles(store: ModelStore, options: EnsureOptions = {}): Promise<RecogniserFiles> {
  const moonshine = await store.ensure('moonshine-tiny', options);
  const silero = await store.ensure('silero-vad', options);
  return {
    moonshine: {
      encoder: fileOf(moonshine, 'encoder'),
      decoder: fileOf(moonshine, 'decoder'),
      tokenizer: fileOf(moonshine, 'tokenizer'),
    },
    silero: fileOf(silero, 'model'),
  };
}

function fileOf(files: Record<string, string>, key: string): string {
  const path = files[key];
  if (!path) throw new Error(`The model catalog lists no file "${key}" for the speech service.`);
  return path;
}
