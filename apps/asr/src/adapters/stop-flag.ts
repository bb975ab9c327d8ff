import { LlmosError } from '@llmos/contracts';

/** A flag in shared memory that stops a busy worker: it cannot read messages while a model runs. */
export class StopFlag {
  private readonly cell: Int32Array;

  constructor(readonly memory: SharedArrayBuffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.cell = new Int32Array(memory);
  }

  raise(): void {
    Atomics.store(this.cell, 0, 1);
  }

  readonly isRaised = (): boolean => Atomics.load(this.cell, 0) === 1;
}

/** To be called between two runs of a model. @throws LlmosError CANCELLED if the caller has cancelled. */
export function stopIfAsked(stopping?: () => boolean): void {
  if (stopping?.()) throw new LlmosError('CANCELLED', 'The transcription was cancelled.');
}
