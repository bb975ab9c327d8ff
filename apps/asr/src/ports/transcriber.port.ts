import type { InputOf, OutputOf } from '@llmos/contracts';
import type { transcribe } from '@llmos/contracts/capabilities/asr';

export type Recording = InputOf<typeof transcribe>['audio'];
export type Transcript = OutputOf<typeof transcribe>;

/** Turns a recording into text without holding up the event loop. */
export interface Transcriber {
  /** Rejects with the signal's reason once aborted, and with what `AudioDecoder.decode` throws for a bad recording. */
  transcribe(audio: Recording, signal?: AbortSignal): Promise<Transcript>;
  /** Takes no more recordings, finishes the running ones. */
  close(): Promise<void>;
}
