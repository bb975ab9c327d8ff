import type { FirstHead } from './head/first-head.js';
import type { Stage } from './stages.js';
import type { Window } from './windows.js';

/** A word in the scripts of the training, or two characters of a script without spaces. */
const WORD =
  /[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Hangul}]{2,}|[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]{2}/gu;
/** No order has fewer words. */
const MIN_WORDS = 3;

/** The logit of each window, from its vector, the words and the rules; undefined if the encoder fails. */
export async function judgeByFirstStage(
  windows: readonly Window[],
  { head, encoder }: Stage<FirstHead>,
): Promise<number[] | undefined> {
  const missing = windows.filter(({ vector }) => !vector).map(({ text }) => text);
  const embedded = missing.length > 0 ? await encoder.embed(missing) : [];
  const vectors = embedded?.values();
  return vectors && windows.map((window) => logitOf(window, window.vector ?? vectors.next().value!, head));
}

/** The head was trained on sentences: it cannot judge emoji, an unknown script, or one or two words. */
function logitOf({ side, folded, findings, lexical }: Window, vector: Float32Array, head: FirstHead): number {
  const isReadable = findings.hits.length > 0 || (folded.match(WORD)?.length ?? 0) >= MIN_WORDS;
  return isReadable ? head.logit(side, { vector, lexical, counts: findings.counts }) : -Infinity;
}
