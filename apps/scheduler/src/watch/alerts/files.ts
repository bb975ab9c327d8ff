import { thresholdsSchema, type Thresholds } from '@llmos/contracts/capabilities/scheduler-alerts';
import { LlmosError } from '@llmos/contracts';
import { isPipelineFile, readYaml } from '@llmos/pipeline';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readOperatorsFile } from '../../operators-file.js';
import { ServiceGraph } from './cause.js';

/** @throws LlmosError INVALID_ARGUMENT with a line for each fault; NOT_FOUND if the file cannot be read. */
export async function readThresholds(file: string): Promise<Thresholds> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new LlmosError('NOT_FOUND', `The thresholds ${file} cannot be read: set LLMOS_SCHEDULER_THRESHOLDS.`, {
      cause,
    });
  });
  return readOperatorsFile(text, file, thresholdsSchema);
}

/** What the graph needs of a pipeline file. The gateway checks the files as a whole. */
const stepsSchema = z.object({ name: z.string(), steps: z.array(z.object({ uses: z.string() })) });

/** The graph of services in a folder of pipelines. A file that cannot be read is left out: it only explains. */
export async function readGraph(folder: string): Promise<ServiceGraph> {
  const names = (await readdir(folder).catch(() => [])).filter(isPipelineFile).sort();
  const read = async (name: string) => {
    try {
      return [readYaml(await readFile(join(folder, name), 'utf8'), name, stepsSchema)];
    } catch {
      return [];
    }
  };
  return new ServiceGraph((await Promise.all(names.map(read))).flat());
}
