/**
 * The texts of the two long test recordings: Dickens, A Tale of Two Cities (1859); Beckett, Worstward Ho (1983), one
 * line.
 */
export const REFERENCES = {
  twoCities:
    'It was the best of times, it was the worst of times, it was the age of wisdom, it was the age of ' +
    'foolishness, it was the epoch of belief, it was the epoch of incredulity, it was the season of light, it ' +
    'was the season of darkness, it was the spring of hope, it was the winter of despair, we had everything ' +
    'before us, we had nothing before us, we were all going direct to heaven, we were all going direct the ' +
    'other way, in short, the period was so far like the present period that some of its noisiest authorities ' +
    'insisted on its being received, for good or for evil, in the superlative degree of comparison only.',
  beckett: 'Ever tried. Ever failed. No matter. Try again. Fail again. Fail better.',
};

export function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[a-z0-9']+/g) ?? [];
}

/** Words to change, add or drop between two texts, ignoring case and punctuation (Levenshtein). */
export function wordErrors(reference: string, heard: string): number {
  const [from, to] = [wordsOf(reference), wordsOf(heard)];
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  from.forEach((word, i) => {
    const next = [i + 1];
    to.forEach((other, j) => {
      const cost = word === other ? 0 : 1;
      next.push(Math.min((row[j] as number) + cost, (row[j + 1] as number) + 1, (next[j] as number) + 1));
    });
    row = next;
  });
  return row[to.length] as number;
}
