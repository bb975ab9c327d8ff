import type { InputOf, OutputOf } from '@llmos/contracts';
import type { transcribe } from '@llmos/contracts/capabilities/asr';

export type Recording = InputOf<typeof transcribe>;
export type Transcript = OutputOf<typeof transcribe>;

/** Turns a recording into text without blocking the event loop. */
export interface Transcriber {
  /** Rejects with the signal's reason on abort, and with the error of `AudioDecoder.decode` for a bad recording. */
  transcribe(recording: Recording, signal?: AbortSignal): Promise<Transcript>;
  /** Takes no more recordings and finishes the running ones. */
  close(): Promise<void>;
}
