import type { Span } from '@llmos/contracts';
import { sentencesOf } from './sentences.js';

/** Takes every sentence that one of the spans touches out of a text, with the space after it. */
export function stripSentences(text: string, spans: readonly Span[]): string {
  const guilty = sentencesOf(text).filter((sentence) =>
    spans.some((span) => span.start < sentence.end && sentence.start < span.end),
  );
  let kept = '';
  let from = 0;
  for (const { start, end } of guilty) {
    kept += text.slice(from, start);
    from = end + (/^\s*/.exec(text.slice(end))?.[0].length ?? 0);
  }
  return (kept + text.slice(from)).trim();
}
