import { baseConfig, loadConfig } from '@llmos/config';
import { ModelStore } from '@llmos/models';

/** The default model's file, from the cache or fetched into it. */
export async function modelFile(): Promise<string> {
  const { home, root, catalogPath } = loadConfig(baseConfig);
  const store = await ModelStore.open({ home, catalogPath, root });
  const { model = '' } = await store.ensure('smollm2-135m');
  return model;
}
