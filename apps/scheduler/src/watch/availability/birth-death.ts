/** Replicas that fail and are repaired independently of each other. Rates are for an hour. */
export interface Redundancy {
  readonly replicas: number;
  /** Of one replica that works. */
  readonly failureRate: number;
  /** Of one replica that is being repaired. */
  readonly repairRate: number;
  /** How many are repaired at the same time. */
  readonly repairedAtOnce: number;
}

/** How fast the next replica fails while so many are down. */
export const failing = ({ replicas, failureRate }: Redundancy, down: number) => (replicas - down) * failureRate;

/** How fast the next one is repaired while so many are down. */
export const returning = ({ repairedAtOnce, repairRate }: Redundancy, down: number) =>
  Math.min(down, repairedAtOnce) * repairRate;

/**
 * The steady state of the birth–death chain of failed replicas: π₍ₖ₊₁₎ = πₖ · failing(k) ÷ returning(k + 1) (the machine
 * repair problem; Feller 1968, XVII.7).
 *
 * @returns the share of time in which 0, 1, … all replicas are down.
 */
export function steadyState(redundancy: Redundancy): number[] {
  const weights = [1];
  for (let down = 0; down < redundancy.replicas; down++)
    weights.push((weights[down]! * failing(redundancy, down)) / returning(redundancy, down + 1));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}
