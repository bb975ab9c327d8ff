/** A piece of speech as text. */
export interface RecognisedPiece {
  /** Single-spaced and trimmed; '' for a piece without words. */
  readonly text: string;
  /** How sure the model is of its words, 0 to 1: the geometric mean of the probabilities of its tokens. */
  readonly confidence: number;
  /** The probability that the speech is in another language, 0 to 1; 0 if the model cannot tell. */
  readonly otherLanguage: number;
}

/** The speech model: takes short pieces of speech and returns their texts. */
export interface PieceRecogniser {
  /** The name in the model catalog. */
  readonly model: string;
  /** Threads the model runs on. */
  readonly threads: number;
  /** BCP 47, of the texts. */
  readonly language: string;
  /** What was recognised, in the order of the pieces (16 kHz mono, up to about 15 s each). */
  transcribe(pieces: readonly Float32Array[], stopping?: () => boolean): Promise<RecognisedPiece[]>;
}
