import { fileURLToPath } from 'node:url';
import { defineConfig, setting, underRoot, type ConfigOf } from '@llmos/config';
import { deviceSchema } from '@llmos/models';
import { z } from 'zod';

/** The settings of the analysis service. */
export const analysisConfig = defineConfig({
  /** Where the embedding model runs. */
  device: setting('LLMOS_ANALYSIS_DEVICE', deviceSchema),
  /** Worker threads of each encoder; each thread has its own session (about 60 MB). */
  workers: setting('LLMOS_ANALYSIS_WORKERS', z.coerce.number().int().min(1).max(64).default(1)),
  /** The description file of the entity head; the weights file lies in the same directory. */
  entityHeadPath: setting(
    'LLMOS_ANALYSIS_ENTITY_HEAD',
    z
      .string()
      .min(1)
      .default(fileURLToPath(new URL('../model/entities.json', import.meta.url))),
  ),
  /** The relations to extract. Default: deploy/relations.yaml. */
  relationsPath: setting('LLMOS_ANALYSIS_RELATIONS', z.string().min(1), underRoot('deploy', 'relations.yaml')),
});
export type AnalysisConfig = ConfigOf<typeof analysisConfig>;
