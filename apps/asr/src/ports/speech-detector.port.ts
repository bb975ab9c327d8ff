/** Tells speech from silence and noise, so that the recogniser is never asked to make words out of a hum. */
export interface SpeechDetector {
  /** Samples one probability covers. */
  readonly windowSamples: number;
  /** The probability of speech for each window of 16 kHz mono audio; the last window may be partly padding. */
  detect(samples: Float32Array, stopping?: () => boolean): Promise<Float32Array>;
}
