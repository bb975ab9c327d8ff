import type { FirstHead } from './head/first-head.js';
import type { Stage } from './stages.js';
import type { Window } from './windows.js';

const WORD = /[a-z]{2,}/gi;
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

/** The head was trained on sentences: it cannot judge emoji, another script, or one or two words. */
function logitOf({ side, folded, findings, lexical }: Window, vector: Float32Array, head: FirstHead): number {
  const isReadable = findings.hits.length > 0 || (folded.match(WORD)?.length ?? 0) >= MIN_WORDS;
  return isReadable ? head.logit(side, { vector, lexical, counts: findings.counts }) : -Infinity;
}
