/** The speech model: short pieces of speech in, texts out. */
export interface PieceRecogniser {
  /** As named in the model catalog. */
  readonly model: string;
  /** Threads the model runs on. */
  readonly threads: number;
  /** BCP 47, of the texts. */
  readonly language: string;
  /**
   * Texts in the order of the pieces (16 kHz mono, up to about 15 s each), single-spaced and trimmed; '' when a piece
   * says nothing.
   */
  transcribe(pieces: readonly Float32Array[], stopping?: () => boolean): Promise<string[]>;
}
