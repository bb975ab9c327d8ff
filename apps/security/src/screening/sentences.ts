import type { Span } from '@llmos/contracts';

/** The end of a sentence with closing quotes and brackets, or a line break. The lookbehind keeps it linear. */
const BOUNDARY = /(?<![.!?。！？])[.!?。！？]+["'”’)\]]*(?=\s|$)|[。！？]|\n+/g;

/** The sentences of a text as spans without surrounding white space; all other characters belong to a span. */
export function sentencesOf(text: string): Span[] {
  const spans: Span[] = [];
  let from = 0;
  const add = (to: number): void => {
    const raw = text.slice(from, to);
    const start = from + (raw.length - raw.trimStart().length);
    const end = start + raw.trim().length;
    if (end > start) spans.push({ start, end });
    from = to;
  };
  for (const match of text.matchAll(BOUNDARY)) add(match.index + match[0].length);
  add(text.length);
  return spans;
}

/** Joins neighbouring sentences to windows of at most `maxChars`; cuts longer sentences. */
export function windowsOf(text: string, maxChars: number): Span[] {
  const windows: Span[] = [];
  for (const sentence of sentencesOf(text)) {
    const last = windows.at(-1);
    if (last && sentence.end - last.start <= maxChars)
      windows[windows.length - 1] = { start: last.start, end: sentence.end };
    else
      for (let at = sentence.start; at < sentence.end; at += maxChars) {
        windows.push({ start: at, end: Math.min(sentence.end, at + maxChars) });
      }
  }
  return windows;
}
