import { memoryNeed, type MemoryNeed, type ModelStore } from '@llmos/models';
import type { CliConfig } from '../cli.config.js';

/** The memory that a language model needs with the settings of this shell; undefined when the catalog cannot tell. */
export function needOf(
  store: ModelStore,
  name: string,
  { contextTokens, sequences }: Pick<CliConfig, 'contextTokens' | 'sequences'>,
): MemoryNeed | undefined {
  const { shape } = store.describe(name);
  const sizeBytes = store.sizeBytes(name);
  return shape && sizeBytes ? memoryNeed({ sizeBytes, shape, contextTokens, sequences }) : undefined;
}
