import { fileURLToPath } from 'node:url';
import { defineConfig, setting, type ConfigOf } from '@llmos/config';
import { deviceSchema } from '@llmos/models';
import { z } from 'zod';

/** The settings of the retrieval service, beside those of every service. */
export const retrievalConfig = defineConfig({
  /** The folder of articles for all tenants. Default: the sample help centre. */
  documents: setting('LLMOS_RETRIEVAL_DOCUMENTS', z.string().min(1).optional()),
  /** The embedding model, by its name in the catalog. After a change, every document is embedded again. */
  embeddings: setting('LLMOS_RETRIEVAL_EMBEDDINGS', z.string().min(1).default('minilm')),
  /** The trained relevance model's description; its weights lie beside it. */
  relevancePath: setting(
    'LLMOS_RETRIEVAL_RELEVANCE',
    z
      .string()
      .min(1)
      .default(fileURLToPath(new URL('../model/relevance.json', import.meta.url))),
  ),
  /** A Qdrant server that keeps the vectors; without one they are in this process. */
  qdrantUrl: setting('LLMOS_RETRIEVAL_QDRANT_URL', z.url({ protocol: /^https?$/ }).optional()),
  qdrantApiKey: setting('LLMOS_RETRIEVAL_QDRANT_API_KEY', z.string().min(1).optional()),
  /** The beginning of the names of its collections. */
  qdrantCollection: setting(
    'LLMOS_RETRIEVAL_QDRANT_COLLECTION',
    z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,64}$/)
      .default('llmos-documents'),
  ),
  /** Where the embedding model runs. */
  device: setting('LLMOS_RETRIEVAL_DEVICE', deviceSchema),
  /** Whether imports also fetch from private addresses, such as pages of this network. */
  fetchPrivate: setting('LLMOS_RETRIEVAL_FETCH_PRIVATE', z.enum(['on', 'off']).default('off')),
  /** Further worker threads that embed while an import of more than 20 documents runs. */
  importWorkers: setting('LLMOS_RETRIEVAL_IMPORT_WORKERS', z.coerce.number().int().min(1).max(64).default(2)),
  /** Questions that are kept for the authors of documents, for each tenant; the oldest are dropped. */
  maxQuestions: setting('LLMOS_RETRIEVAL_MAX_QUESTIONS', z.coerce.number().int().min(1).max(100_000).default(5_000)),
  /** Worker threads that embed, each with a session of its own (about 60 MB). */
  workers: setting('LLMOS_RETRIEVAL_WORKERS', z.coerce.number().int().min(1).max(64).default(1)),
});
export type RetrievalConfig = ConfigOf<typeof retrievalConfig>;
