import { fitRadialRidge } from './radial-ridge.ts';

describe('fitRadialRidge', () => {
  it('separates classes that are not linearly separable', () => {
    const at = (degrees: number) =>
      Float32Array.of(Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180));
    const vectors = [0, 90, 180, 270].map(at);
    const centroids = Float32Array.from(vectors.flatMap((vector) => [...vector]));
    const weights = fitRadialRidge(vectors, Int32Array.of(0, 1, 0, 1), 2, { centroids, sharpness: 3, penalty: 1e-3 });
    for (let centroid = 0; centroid < 4; centroid++)
      expect(weights[centroid * 2 + (centroid % 2)]).toBeGreaterThan(0.5);
  });
});
