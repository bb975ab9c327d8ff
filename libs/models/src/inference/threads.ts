import { availableParallelism } from 'node:os';

/**
 * The threads to compute on: those that are wanted, but not more than the processors that this process may use. A
 * replica that shares a machine with others is bound to some of them.
 */
export function threadsWithin(wanted: number): number {
  return Math.max(1, Math.min(wanted, availableParallelism()));
}
