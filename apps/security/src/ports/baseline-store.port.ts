import type { SubjectMemory } from '../threats/subject-watch.js';

/** What the replicas have learnt of subjects, by the subject's name. */
export type LearntSubjects = ReadonlyMap<string, SubjectMemory>;

/** Where replicas leave what they have learnt, for each other and for their next start. */
export interface BaselineStore {
  load(): Promise<LearntSubjects>;
  /** Writes over what is there; of a subject that both know, whoever has seen more of it stands. */
  save(learnt: LearntSubjects): Promise<void>;
}

export const BASELINE_STORE = Symbol('baseline store');
