import type { SubjectMemory } from '../subject-watch.js';

/** The baselines that replicas have learnt, by the name of the subject. */
export type LearntSubjects = ReadonlyMap<string, SubjectMemory>;

/** Keeps the learnt baselines over restarts and shares them between replicas. */
export interface BaselineStore {
  load(): Promise<LearntSubjects>;
  /** Merges with the stored baselines: of two baselines of a subject, the one of more minutes is kept. */
  save(learnt: LearntSubjects): Promise<void>;
}

export const BASELINE_STORE = Symbol('baseline store');
