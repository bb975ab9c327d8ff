import type { Span } from '@llmos/contracts';

/** An end of sentence (with closing quotes and brackets), or a line break; a run of marks is tried from its start only. */
const BOUNDARY = /(?<![.!?。！？])[.!?。！？]+["'”’)\]]*(?=\s|$)|[。！？]|\n+/g;

/** The sentences of a text as spans without surrounding space; every other character belongs to one. */
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

/** Neighbouring sentences together, up to `maxChars` a window; a longer sentence is cut. */
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
