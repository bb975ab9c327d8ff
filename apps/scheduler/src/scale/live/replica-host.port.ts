/** How many processes of each service are wanted, by its name. */
export type Counts = Readonly<Record<string, number>>;

/** Runs the processes of services. It carries decisions out; what it was told last stands when nobody decides any more. */
export interface ReplicaHost {
  /**
   * Asks for as many processes of some services; the others stay as they are.
   *
   * @param counts empty to ask only how many there are.
   * @returns how many are wanted of each service now, whether or not they are ready.
   * @throws Error if it refuses, or does not answer.
   */
  scale(counts: Counts): Promise<Counts>;
  /**
   * Has all stored data backed up, where the others are not removed for it. Resolves when the backup was restored for a trial.
   *
   * @throws Error if it refuses, fails, or does not answer.
   */
  backUp(): Promise<void>;
}

/** The token under which Nest injects the port. */
export const REPLICA_HOST = Symbol('ReplicaHost');
