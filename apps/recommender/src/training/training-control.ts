/** How far a training is; `done` of `total` parts of a stage. */
export interface TrainingProgress {
  readonly stage: 'counting' | 'inverting' | 'writing' | 'sweeping' | 'measuring';
  readonly done: number;
  readonly total: number;
}

/** What an algorithm is given to speak with whoever started it. */
export interface TrainingControl {
  /** Tells how far it is, lets messages in, and throws once it was cancelled. To be called between parts of the work. */
  pause(progress: TrainingProgress): Promise<void>;
  /** Hands out where it is, so that a later run can go on from there. */
  checkpoint(bytes: Uint8Array): void;
}
