/** A part of a text that is spoken at once. */
export interface Piece {
  readonly words: string;
  /** Whether it ends a sentence. */
  readonly ends: boolean;
}

/** A first piece of this length is spoken within about 300 ms on two cores. */
const FIRST_PIECE = 50;
/** Bounds the memory (about 150 MB) and the time of one run of the voice: about 8 s of sound. */
const LONGEST_PIECE = 120;
const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
/** A sentence does not end after these. */
const ABBREVIATION =
  /(?:\b(?:Dr|Mr|Mrs|Ms|Prof|St|No|e\.g|i\.e|vs|approx|incl|max|min|tel|Rd|Ave|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)|\b[A-Z])\.\s*$/;

/**
 * Cuts a text into sentences, and long sentences at commas or between words. The first piece is short, so that the
 * first sound comes soon. All pieces together have the words of the text, in order.
 */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  for (const sentence of sentencesOf(text)) {
    let rest = sentence;
    for (;;) {
      const longest = pieces.length === 0 ? FIRST_PIECE : LONGEST_PIECE;
      const at = rest.length <= longest ? rest.length : cutAt(rest, longest);
      pieces.push({ words: rest.slice(0, at).trim(), ends: at === rest.length });
      if (at === rest.length) break;
      rest = rest.slice(at).trim();
    }
  }
  return pieces;
}

/** The sentences of a text; a line of a list is one. */
function sentencesOf(text: string): string[] {
  const sentences: string[] = [];
  for (const line of text.split(/\s*\n\s*/)) {
    let open = '';
    for (const { segment } of segmenter.segment(line)) {
      open += segment;
      if (ABBREVIATION.test(open)) continue;
      sentences.push(open);
      open = '';
    }
    sentences.push(open);
  }
  return sentences.map((sentence) => sentence.trim()).filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

/** Where to cut: after the last comma within reach, else before a joining word, else between words, else anywhere. */
function cutAt(sentence: string, longest: number): number {
  const reach = sentence.slice(0, longest);
  const ends = [
    /^.*[,;:](?= )/s,
    /^.{20,}(?= (?:and|or|but|if|when|because|that|which|to|with|for|in|on|at|by) )/s,
    /^.+(?= )/s,
  ];
  for (const pattern of ends) {
    const length = pattern.exec(reach)?.[0].length ?? 0;
    if (length >= Math.min(15, longest / 2)) return length;
  }
  return longest;
}
