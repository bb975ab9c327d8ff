const ITERATIONS = 12;

/**
 * Sums each class up in up to `perClass` unit vectors, end to end: spherical k-means (Dhillon & Modha 2001), started
 * from the rows farthest from those chosen before, so there is no chance in it.
 */
export function fitCentroids(
  vectors: readonly Float32Array[],
  labels: Int32Array,
  classes: number,
  perClass: number,
): Float32Array {
  const centroids: Float32Array[] = [];
  for (let label = 0; label < classes; label++) {
    const members = vectors.filter((_, row) => labels[row] === label);
    if (members.length > 0) centroids.push(...clusterClass(members, Math.min(perClass, members.length)));
  }
  const dimensions = vectors[0]?.length ?? 0;
  const packed = new Float32Array(centroids.length * dimensions);
  centroids.forEach((centroid, at) => packed.set(centroid, at * dimensions));
  return packed;
}

function clusterClass(members: readonly Float32Array[], clusters: number): Float32Array[] {
  let centroids = farthestFirst(members, clusters);
  for (let iteration = 0; iteration < ITERATIONS; iteration++) {
    const owners = members.map((member) => nearest(member, centroids));
    centroids = centroids.map((old, at) => meanDirection(members.filter((_, row) => owners[row] === at)) ?? old);
  }
  return centroids;
}

function farthestFirst(members: readonly Float32Array[], clusters: number): Float32Array[] {
  const chosen = [meanDirection(members)!];
  const closest = members.map((member) => cosine(member, chosen[0]!));
  while (chosen.length < clusters) {
    const next = members[closest.indexOf(closest.reduce((a, b) => Math.min(a, b)))]!;
    chosen.push(next);
    members.forEach((member, row) => (closest[row] = Math.max(closest[row]!, cosine(member, next))));
  }
  return chosen;
}

function nearest(member: Float32Array, centroids: readonly Float32Array[]): number {
  let best = 0;
  let bestCosine = -Infinity;
  centroids.forEach((centroid, at) => {
    const similarity = cosine(member, centroid);
    if (similarity > bestCosine) [best, bestCosine] = [at, similarity];
  });
  return best;
}

function meanDirection(members: readonly Float32Array[]): Float32Array | undefined {
  const first = members[0];
  if (!first) return undefined;
  const sum = new Float64Array(first.length);
  for (const member of members) for (let d = 0; d < sum.length; d++) sum[d]! += member[d]!;
  const length = Math.hypot(...sum) || 1;
  return Float32Array.from(sum, (value) => value / length);
}

function cosine(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!;
  return sum;
}
