import { join } from 'node:path';
import { baseConfig, loadConfig } from '@llmos/config';
import { ModelStore } from '@llmos/models';

/** The default model's file, from the cache or fetched into it. */
export async function modelFile(): Promise<string> {
  const { home, root } = loadConfig(baseConfig);
  const store = await ModelStore.open({ home, catalogPath: join(root, 'deploy', 'models.yaml'), root });
  const { model = '' } = await store.ensure('smollm2-135m');
  return model;
}
