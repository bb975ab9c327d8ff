import type { Line } from './block.js';

/** A mark that refers to a footnote or back from it: `[1]`, `2`, `*`, `↩`. */
const FOOTNOTE_MARK = /^[[(]?(?:\d{1,3}(?::\d{1,3})?|[*†‡§↑↩^]{1,3}\uFE0E?|[a-z])[\])]?$/u;
/** A mark whose footnote is missing. */
const LOST_MARK = /\[\^[^\]\s]{1,40}\]/gu;

/** Collects the text of a paragraph, an item or a cell, line by line. */
export class InlineText {
  private lines: Array<{ text: string; plain: boolean }> = [{ text: '', plain: false }];

  add(text: string, strong: boolean): void {
    const line = this.last;
    line.text += text;
    if (!strong && /\S/u.test(text)) line.plain = true;
  }

  break(): void {
    this.lines.push({ text: '', plain: false });
  }

  /** A bold question is a heading, although its answer follows on the same line. */
  endStrong(): void {
    const { text, plain } = this.last;
    if (!plain && /\?\s*$/u.test(text)) this.break();
  }

  /** The place from which `replaceMark` replaces. */
  get position(): number {
    return this.last.text.length;
  }

  /** Replaces the text from there on if it is the mark of a footnote. */
  replaceMark(from: number, by: string): void {
    const line = this.last;
    if (FOOTNOTE_MARK.test(line.text.slice(from).trim())) line.text = line.text.slice(0, from) + by;
  }

  /** The lines that have text; the collection starts anew. */
  take(): Line[] {
    const lines = this.lines.map(({ text, plain }) => ({ text: squeeze(text), strong: !plain }));
    this.lines = [{ text: '', plain: false }];
    return lines.filter(({ text }) => text !== '');
  }

  private get last(): { text: string; plain: boolean } {
    return this.lines.at(-1)!;
  }
}

/** One space for each run of white space, no control or invisible characters, no marks without a footnote. */
export function squeeze(text: string): string {
  return text
    .replace(LOST_MARK, '')
    .replace(/[\u00AD\u200B-\u200F\u2060\uFEFF]/gu, '')
    .replace(/[\s\p{Cc}\p{Zs}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
}
