import type { Span } from '@llmos/contracts';
import { sentencesOf } from './sentences.js';
import { overlaps } from './verdict.js';

/** Removes every sentence that overlaps one of the spans, with the white space after it. */
export function stripSentences(text: string, spans: readonly Span[]): string {
  const guilty = sentencesOf(text).filter((sentence) => spans.some((span) => overlaps(span, sentence)));
  let kept = '';
  let from = 0;
  for (const { start, end } of guilty) {
    kept += text.slice(from, start);
    from = end + (/^\s*/.exec(text.slice(end))?.[0].length ?? 0);
  }
  return (kept + text.slice(from)).trim();
}
