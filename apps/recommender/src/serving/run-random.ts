import { seededRandom } from '@llmos/learning';

/** Random numbers seeded by the run id, so that a redelivered task gives the same list. */
export function randomOf(run: string): () => number {
  let hash = 2166136261;
  for (let n = 0; n < run.length; n++) hash = Math.imul(hash ^ run.charCodeAt(n), 16777619);
  return seededRandom(hash);
}
