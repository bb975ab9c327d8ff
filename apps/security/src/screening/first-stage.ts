import type { FirstHead } from './head/first-head.js';
import type { Stage } from './stages.js';
import type { Window } from './windows.js';

const WORD = /[a-z]{2,}/gi;
/** No order has fewer words. */
const MIN_WORDS = 3;

/**
 * The logit of each window, from the shared encoder's vector, the words and the rules.
 *
 * @param whole the vector of the whole text. The encoder reads only the start of a long text, so that the vector is the
 * vector of the first window.
 * @returns undefined if the encoder fails.
 */
export async function judgeByFirstStage(
  windows: readonly Window[],
  { head, encoder }: Stage<FirstHead>,
  whole?: Float32Array,
): Promise<number[] | undefined> {
  const known = whole && windows[0]?.span.start === 0 ? [whole] : [];
  const missing = windows.slice(known.length).map(({ text }) => text);
  const embedded = missing.length > 0 ? await encoder.embed(missing) : [];
  return embedded && windows.map((window, at) => logitOf(window, [...known, ...embedded][at]!, head));
}

/** The head was trained on sentences: it cannot judge emoji, another script, or one or two words. */
function logitOf({ side, folded, findings, lexical }: Window, vector: Float32Array, head: FirstHead): number {
  const isReadable = findings.hits.length > 0 || (folded.match(WORD)?.length ?? 0) >= MIN_WORDS;
  return isReadable ? head.logit(side, { vector, lexical, counts: findings.counts }) : -Infinity;
}
