import type { RecognisedPiece } from './ports/piece-recogniser.port.js';

/** Below this confidence the words of a piece are guesses. */
const UNCLEAR_BELOW = 0.3;
/** From this confidence on the words are right, whatever the speech sounds like. */
const SURE_FROM = 0.7;
/** From this probability of another language on, speech is not English unless its words are sure. */
const OTHER_LANGUAGE_FROM = 0.3;

/**
 * Whether a piece is English that was understood. The recogniser knows English words only and writes some for any
 * sound; such words must not pass for what was said. model/MODEL_CARD.md has the measurements behind the limits.
 */
export function isUnderstood({ confidence, otherLanguage }: RecognisedPiece): boolean {
  if (confidence < UNCLEAR_BELOW) return false;
  return confidence >= SURE_FROM || otherLanguage < OTHER_LANGUAGE_FROM;
}
