/** Detects speech, so that the recogniser never runs on silence or noise. */
export interface SpeechDetector {
  /** Samples that one probability covers. */
  readonly windowSamples: number;
  /** The probability of speech for each window of 16 kHz mono audio; the last window may be partly padding. */
  detect(samples: Float32Array, stopping?: () => boolean): Promise<Float32Array>;
}
