import type { Stages } from './stages.js';
import type { Window } from './windows.js';

/** A token has at least one character, and the encoder reads 256 tokens, two of which are marks. */
const MAX_FULLY_READ_CHARS = 254;

/**
 * The score of each window. The second stage judges every window that the first stage does not find clearly harmless,
 * from the fine-tuned vector and the first logit.
 *
 * @param firstLogits of each window, by the first stage.
 */
export async function judgeBySecondStage(
  windows: readonly Window[],
  firstLogits: readonly number[],
  { first, second }: Stages,
): Promise<number[]> {
  const scores = windows.map(({ side }, at) => first.head.score(side, firstLogits[at]!));
  if (!second) return scores;
  const asked = [...windows.keys()].filter((at) => !second.head.isHarmless(windows[at]!.side, firstLogits[at]!));
  if (asked.length === 0) return scores;
  const vectors = await second.encoder.embed(asked.map((at) => windows[at]!.text));
  if (!vectors) return scores;
  for (const [turn, at] of asked.entries()) {
    const window = windows[at]!;
    const score = second.head.score(window.side, second.head.logit(window.side, vectors[turn]!, firstLogits[at]!));
    scores[at] = isFullyRead(window) ? score : Math.max(score, scores[at]!);
  }
  return scores;
}

/**
 * Whether the second stage reads all that the first has read: not more tokens than the encoder takes, and nothing in
 * disguise. For other windows it may raise an alarm, but not withdraw the first stage's.
 */
function isFullyRead({ text, folded }: Window): boolean {
  return text.length <= MAX_FULLY_READ_CHARS && text.toLowerCase() === folded;
}
