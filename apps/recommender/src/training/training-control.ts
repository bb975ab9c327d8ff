/** The progress of a training: `done` of `total` parts of a stage. */
export interface TrainingProgress {
  readonly stage: 'counting' | 'inverting' | 'writing' | 'sweeping' | 'measuring';
  readonly done: number;
  readonly total: number;
}

/** The connection of an algorithm to its caller. */
export interface TrainingControl {
  /** Reports progress, and throws after a cancellation. Algorithms call it between parts of their work. */
  pause(progress: TrainingProgress): Promise<void>;
  /** Publishes the present state, from which a later run can continue. */
  checkpoint(bytes: Uint8Array): void;
}
