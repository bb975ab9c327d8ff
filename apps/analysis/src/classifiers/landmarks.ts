import { dequantiseRows, quantiseRows } from '@llmos/learning';

/** The similarity to a landmark is exp(-SHARPNESS · (1 - cosine)). */
const SHARPNESS = 4;

/** The examples that texts are compared with, in their stored form. */
export class Landmarks {
  /** Rounds the vectors to int8, so that training and classification see the same numbers. */
  static of(vectors: readonly Float32Array[]): Landmarks {
    const dimensions = vectors[0]?.length ?? 0;
    const rows = new Float32Array(vectors.length * dimensions);
    vectors.forEach((vector, at) => rows.set(vector, at * dimensions));
    const { codes, scales } = quantiseRows(rows, dimensions, 8);
    return new Landmarks(Int8Array.from(codes), scales, dimensions);
  }

  private readonly values: Float32Array;

  constructor(
    readonly codes: Int8Array,
    readonly scales: Float32Array,
    readonly dimensions: number,
  ) {
    this.values = dequantiseRows({ codes, scales });
  }

  /** Length of {@link featuresOf}. */
  get features(): number {
    return this.scales.length + this.dimensions + 1;
  }

  /** The similarity to each landmark, then the vector itself, then the constant 1. */
  featuresOf(vector: Float32Array): Float64Array {
    const features = new Float64Array(this.features);
    for (let landmark = 0; landmark < this.scales.length; landmark++) {
      let cosine = 0;
      const from = landmark * this.dimensions;
      for (let at = 0; at < this.dimensions; at++) cosine += this.values[from + at]! * vector[at]!;
      features[landmark] = Math.exp(-SHARPNESS * (1 - cosine));
    }
    features.set(vector, this.scales.length);
    features[this.features - 1] = 1;
    return features;
  }
}
