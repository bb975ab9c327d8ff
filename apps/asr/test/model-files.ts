import { baseConfig, loadConfig } from '@llmos/config';
import { ModelStore } from '@llmos/models';
import { recogniserFiles } from '../src/adapters/recogniser-files.js';
import type { RecogniserFiles } from '../src/adapters/recogniser-loader.js';

export interface TestModels {
  readonly files: RecogniserFiles;
  /** 44 s of read speech, 48 kHz. */
  readonly twoCities: string;
  /** 10 s of read speech, 16 kHz. */
  readonly beckett: string;
}

/** The real models and recordings, from the cache or fetched into it. */
export async function testModels(): Promise<TestModels> {
  const { home, root, catalogPath } = loadConfig(baseConfig);
  const store = await ModelStore.open({ home, catalogPath, root });
  const files = await recogniserFiles(store, 'moonshine-tiny');
  const { two_cities: twoCities = '', beckett = '' } = await store.ensure('moonshine-samples');
  return { files, twoCities, beckett };
}
