import { dequantiseColumns, dequantiseRows, quantiseColumns, quantiseRows } from '@llmos/learning';
import {
  decodeWeights,
  encodeSafetensors,
  readHeadFiles,
  weightsFileOf,
  weightsFileSchema,
  writeHeadFiles,
  type HeadFilePair,
  type TensorData,
} from '@llmos/models';
import { z } from 'zod';
import type { HeadWeights } from './head-weights.js';

const headSchema = z.object({
  format: z.literal('llmos-intent-head/2'),
  model: z.string(),
  labels: z.array(z.string()).min(2),
  radial: z.object({
    dimensions: z.number().int().positive(),
    sharpness: z.number().positive(),
    temperature: z.number().positive(),
  }),
  mix: z.number(),
  temperature: z.number().positive(),
  scope: z.object({ threshold: z.number(), scale: z.number().positive() }),
  bin: weightsFileSchema,
  /**
   * Where the head comes from: data, embedding model, settings, scores, and figures that a retraining must reproduce.
   */
  provenance: z.record(z.string(), z.unknown()),
});
export type HeadDescription = z.output<typeof headSchema>;

/** The two committed files of a head: a readable description, and its quantised weights. */
export type HeadFiles = HeadFilePair<HeadDescription>;

const WHAT = 'intent head';

/** Packs weights into int8 and int16 with one float32 scale per class (or centroid). */
export function encodeHead(
  weights: HeadWeights,
  about: Pick<HeadDescription, 'model' | 'provenance'> & { readonly file: string },
): HeadFiles {
  const { labels, mix, temperature, scope, lexical } = weights;
  const { dimensions, sharpness, temperature: radialTemperature } = weights.radial;
  const radial = quantiseColumns(weights.radial.weights, labels.length, 16);
  const grams = quantiseColumns(lexical.weights, labels.length, 8);
  const centroids = quantiseRows(weights.radial.centroids, dimensions, 8);
  const tensor = (data: TensorData, columns?: number) => ({
    shape: columns === undefined ? [data.length] : [data.length / columns, columns],
    data,
  });
  const bin = encodeSafetensors({
    radialWeights: tensor(radial.codes, labels.length),
    radialScales: tensor(radial.scales),
    centroids: tensor(centroids.codes, dimensions),
    centroidScales: tensor(centroids.scales),
    lexicalWeights: tensor(grams.codes, labels.length),
    lexicalScales: tensor(grams.scales),
    lexicalBias: tensor(lexical.bias),
    idf: tensor(lexical.idf),
    vocabulary: tensor(Buffer.from(lexical.vocabulary.join('\n'), 'utf8')),
  });
  const { file, model, provenance } = about;
  return {
    bin,
    description: {
      format: 'llmos-intent-head/2',
      model,
      labels: [...labels],
      radial: { dimensions, sharpness, temperature: radialTemperature },
      mix,
      temperature,
      scope,
      bin: weightsFileOf(file, bin),
      provenance,
    },
  };
}

/** The reverse of {@link encodeHead}. @throws LlmosError UNAVAILABLE if the weights are not those described. */
export function decodeHead(files: HeadFiles): HeadWeights {
  const { labels, mix, temperature, scope, radial } = files.description;
  return decodeWeights(files, WHAT, (weights) => {
    const scales = (name: string) => weights.get(name, Float32Array);
    const codes = (name: string) => weights.get(name, Int8Array);
    return {
      labels,
      mix,
      temperature,
      scope,
      radial: {
        ...radial,
        centroids: dequantiseRows({ codes: codes('centroids'), scales: scales('centroidScales') }),
        weights: dequantiseColumns({ codes: weights.get('radialWeights', Int16Array), scales: scales('radialScales') }),
      },
      lexical: {
        weights: dequantiseColumns({ codes: codes('lexicalWeights'), scales: scales('lexicalScales') }),
        bias: scales('lexicalBias'),
        idf: scales('idf'),
        vocabulary: Buffer.from(weights.get('vocabulary', Uint8Array)).toString('utf8').split('\n'),
      },
    };
  });
}

/** Reads a head from disk. @throws LlmosError UNAVAILABLE if a file is missing or malformed. */
export function readHead(path: string): Promise<HeadFiles> {
  return readHeadFiles(path, (value) => headSchema.parse(value), WHAT);
}

/** Writes both files. */
export function writeHead(path: string, files: HeadFiles): Promise<void> {
  return writeHeadFiles(path, files);
}
