import { type Matrix, matrix, solvePositiveDefinite, timesTransposed, transpose } from '@llmos/learning';

export interface RadialRidgeOptions {
  /** Centroids, unit vectors end to end, that the features are centred on. */
  readonly centroids: Float32Array;
  /** Width of the radial features: exp(-sharpness · (1 - cosine)). */
  readonly sharpness: number;
  /** Ridge penalty on the squared weights. */
  readonly penalty: number;
}

/**
 * Fits one ridge regression per class, towards 1 for its rows and 0 for the others, on radial features of unit
 * vectors: a radial basis function network (Broomhead & Lowe 1988), in closed form. Squared error shrugs off wrongly
 * labelled rows, which pull a logistic regression hard. Returns weights `[centroid * classes + class]`.
 */
export function fitRadialRidge(
  vectors: readonly Float32Array[],
  labels: Int32Array,
  classes: number,
  options: RadialRidgeOptions,
): Float32Array {
  const features = transpose(radialFeatures(vectors, options));
  const gram = timesTransposed(features, features, true);
  for (let at = 0; at < gram.rows; at++) gram.data[at * gram.columns + at]! += options.penalty;
  const targets = matrix(features.rows, classes);
  for (let centroid = 0; centroid < features.rows; centroid++) {
    for (let row = 0; row < vectors.length; row++) {
      targets.data[centroid * classes + labels[row]!]! += features.data[centroid * vectors.length + row]!;
    }
  }
  return Float32Array.from(solvePositiveDefinite(gram, targets).data);
}

function radialFeatures(vectors: readonly Float32Array[], { centroids, sharpness }: RadialRidgeOptions): Matrix {
  const dimensions = vectors[0]?.length ?? 0;
  const rows = matrix(vectors.length, dimensions);
  vectors.forEach((vector, row) => rows.data.set(vector, row * dimensions));
  const cosines = timesTransposed(rows, {
    rows: centroids.length / dimensions,
    columns: dimensions,
    data: Float64Array.from(centroids),
  });
  for (let at = 0; at < cosines.data.length; at++) cosines.data[at] = Math.exp(-sharpness * (1 - cosines.data[at]!));
  return cosines;
}
