import type { HeadWeights } from '../src/head/head-weights.js';

/** A head small enough to check by hand, for tests: two intents, one centroid each, in a space of two dimensions. */
export function toyHead(changes: Partial<HeadWeights> = {}): HeadWeights {
  return {
    labels: ['card_arrival', 'lost_card'],
    radial: {
      dimensions: 2,
      centroids: Float32Array.of(1, 0, 0, 1),
      sharpness: 2,
      weights: Float32Array.of(1, 0, 0, 1),
      temperature: 0.25,
    },
    lexical: {
      vocabulary: ['arrived', 'lost'],
      idf: Float32Array.of(1, 1),
      weights: Float32Array.of(2, -2, -2, 2),
      bias: Float32Array.of(0, 0),
    },
    mix: 0.5,
    temperature: 1,
    scope: { threshold: 0.1, scale: 0.05 },
    ...changes,
  };
}
