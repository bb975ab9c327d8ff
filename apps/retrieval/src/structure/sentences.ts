const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });

/** The sentences of a text, each with the white space behind it. */
export function sentencesOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}

/** Undefined for a text without words. */
export function lastSentence(text: string): string | undefined {
  return sentencesOf(text).at(-1)?.trim() || undefined;
}

/** With a full stop if it ends without a mark. */
export function ended(sentence: string): string {
  return /[.!?:]["')\]]*$/u.test(sentence) ? sentence : `${sentence.replace(/(?<![\s,;])[\s,;]+$/u, '')}.`;
}
