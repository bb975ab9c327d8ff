/** Words of at least four letters that most orders to a model have one of. */
const COMMON =
  'ignore instruction instructions previous system prompt reveal disregard forget rules your without password policy above text repeat answer pretend customer print show tell restrictions everything hidden secret with that this from what'.split(
    ' ',
  );
/** A single word may look like another one by chance, except a long one. */
const MIN_WORDS = 2;
const LONG = 6;
const MAX_CHARS = 2_000;

/** How a word is disguised, by the disguised word: a rotation of the alphabet, or `0` for backward writing. */
const DISGUISED: ReadonlyMap<string, number> = new Map(
  COMMON.flatMap((word) => [
    [[...word].reverse().join(''), 0] as const,
    ...Array.from({ length: 25 }, (_, at) => [rotated(word, at + 1), 25 - at] as const),
  ]),
);

/** Reads a text that is written backwards or with a rotated alphabet (rot13, Caesar), by common words in it. */
export function cipherOf(folded: string): { text: string; encoding: string } | undefined {
  const start = folded.slice(0, MAX_CHARS);
  const weights = new Map<number, number>();
  for (const word of start.match(/[a-z]{4,}/g) ?? []) {
    const disguise = DISGUISED.get(word);
    if (disguise !== undefined)
      weights.set(disguise, (weights.get(disguise) ?? 0) + (word.length >= LONG ? MIN_WORDS : 1));
  }
  const [best] = [...weights].filter(([, weight]) => weight >= MIN_WORDS).sort((a, b) => b[1] - a[1]);
  if (!best) return undefined;
  const [rotation] = best;
  return rotation === 0
    ? { text: [...start].reverse().join(''), encoding: 'backward writing' }
    : { text: rotated(start, rotation), encoding: rotation === 13 ? 'rot13' : 'a rotated alphabet' };
}

function rotated(text: string, by: number): string {
  return text.replace(/[a-z]/g, (letter) => String.fromCharCode(((letter.charCodeAt(0) - 97 + by) % 26) + 97));
}
