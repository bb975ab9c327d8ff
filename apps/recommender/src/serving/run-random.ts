import { seededRandom } from '@llmos/learning';

/** Numbers from 0 to 1 that a run's id decides: a task delivered twice gives the same list. */
export function randomOf(run: string): () => number {
  let hash = 2166136261;
  for (let n = 0; n < run.length; n++) hash = Math.imul(hash ^ run.charCodeAt(n), 16777619);
  return seededRandom(hash);
}
