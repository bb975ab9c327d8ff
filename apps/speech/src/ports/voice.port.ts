/** Speaks short texts without blocking the event loop. */
export interface Voice {
  /** The name in the model catalog. */
  readonly model: string;
  /** Samples per second. */
  readonly sampleRate: number;
  /**
   * The sound of one piece of text: 16 bit, one channel. Texts without a word are silent.
   *
   * @param words as they are spoken: no digits, no signs (see `spokenText`).
   * @throws the reason of the signal on abort.
   */
  speak(words: string, signal?: AbortSignal): Promise<Int16Array>;
  /** Takes no more texts and finishes the running ones. */
  close(): Promise<void>;
}
