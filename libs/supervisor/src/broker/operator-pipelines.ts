import { loadCapabilities } from '@llmos/contracts';
import { parsePipeline, PipelineError } from '@llmos/pipeline';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Names of the pipelines that only operators may run. A file with faults counts as one: it may be one when corrected. */
export async function operatorPipelines(folder: string): Promise<string[]> {
  const capabilities = await loadCapabilities();
  const files = (await readdir(folder)).filter((file) => file.endsWith('.yaml')).sort();
  const names = files.map(async (file) => {
    const text = await readFile(join(folder, file), 'utf8');
    try {
      const { name, role } = parsePipeline(text, file, capabilities);
      return role === 'operator' ? [name] : [];
    } catch (error) {
      if (error instanceof PipelineError) return [file.replace(/\.yaml$/, '')];
      throw error;
    }
  });
  return (await Promise.all(names)).flat();
}
