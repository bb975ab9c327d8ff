import type { Capability } from '@llmos/contracts';
import { isPipelineFile, parsePipelineFiles } from '@llmos/pipeline';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The pipelines that only operators may run, and those with faults, which may be such pipelines once corrected. */
export async function operatorPipelines(
  folder: string,
  capabilities: ReadonlyMap<string, Capability>,
): Promise<string[]> {
  const names = (await readdir(folder)).filter(isPipelineFile).sort();
  const read = async (name: string) => ({ name, text: await readFile(join(folder, name), 'utf8') });
  const { pipelines } = parsePipelineFiles(await Promise.all(names.map(read)), capabilities);
  return names.flatMap((file) => {
    const pipeline = pipelines.get(file);
    if (!pipeline) return [file.replace(/\.ya?ml$/, '')];
    return pipeline.role === 'operator' ? [pipeline.name] : [];
  });
}
