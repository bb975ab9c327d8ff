/** The speech model: takes short pieces of speech and returns their texts. */
export interface PieceRecogniser {
  /** The name in the model catalog. */
  readonly model: string;
  /** Threads the model runs on. */
  readonly threads: number;
  /** BCP 47, of the texts. */
  readonly language: string;
  /**
   * Texts in the order of the pieces (16 kHz mono, up to about 15 s each), single-spaced and trimmed; '' for a piece
   * without words.
   */
  transcribe(pieces: readonly Float32Array[], stopping?: () => boolean): Promise<string[]>;
}
