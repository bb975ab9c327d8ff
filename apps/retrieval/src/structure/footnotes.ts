import type { Block } from './block.js';
import { sentencesOf } from './sentences.js';

/** Characters that no text has: a mark stands between them until its note is known. */
const [OPEN, CLOSE] = ['\uFDD0', '\uFDD1'];
const RESERVED = /[\uFDD0\uFDD1]/gu;
const MARK = /(?<stop>[.!?]?)\s*\uFDD0(?<number>\d+)\uFDD1/gu;
/** A longer note would bury the sentence that it explains: it stays a text of its own. */
const MAX_NOTE_CHARS = 240;
/** A note that more marks refer to is said so often, and left out after that: a document cannot grow without end. */
const MAX_TIMES = 20;

/**
 * The footnotes of a document. A note is said in brackets where its mark stands, because it often limits what the
 * sentence says: "Moorings are free (except at Pell Basin)".
 */
export class Footnotes {
  private readonly targets: string[] = [];
  private readonly notes = new Map<string, string>();
  /** How often each note was said. */
  private readonly said = new Map<string, number>();

  /** A text without the characters that are kept for marks. */
  static clean(text: string): string {
    return text.replace(RESERVED, '');
  }

  /** What stands for the mark of a note in a text until {@link fill}. */
  markOf(target: string): string {
    return `${OPEN}${this.targets.push(target) - 1}${CLOSE}`;
  }

  /** @param text may hold the mark that leads back to the sentence. */
  add(target: string, text: string): void {
    const note = text.replace(MARK, '$<stop>').trim();
    if (note !== '') this.notes.set(target, note);
  }

  /** The block with its notes in place of their marks. A heading has none. */
  fill(block: Block): Block {
    const fill = (text: string): string => this.fillText(text);
    switch (block.kind) {
      case 'heading':
        return { ...block, text: block.text.replace(MARK, '$<stop>') };
      case 'paragraph':
        return { ...block, lines: block.lines.map((line) => ({ ...line, text: fill(line.text) })) };
      case 'list':
        return { ...block, items: block.items.map(fill) };
      case 'table':
        return { ...block, header: block.header.map(fill), rows: block.rows.map((row) => row.map(fill)) };
      case 'code':
        return block;
    }
  }

  /** The notes that were not said where their mark stands, in order: too long, or without a mark. Ask after {@link fill}. */
  rest(): string[] {
    return [...this.notes].flatMap(([target, note]) => (this.said.has(target) ? [] : [note]));
  }

  private fillText(text: string): string {
    return text.replace(MARK, (_, stop: string, number: string) => {
      const target = this.targets[Number(number)] ?? '';
      const note = this.notes.get(target);
      const times = this.said.get(target) ?? 0;
      if (note === undefined || note.length > MAX_NOTE_CHARS || times === MAX_TIMES) return stop;
      this.said.set(target, times + 1);
      return ` (${inBrackets(note)})${stop}`;
    });
  }
}

/** Several sentences as one, so that none of them is taken for the end of the sentence around them. */
function inBrackets(note: string): string {
  return sentencesOf(note)
    .map((sentence) => sentence.trim().replace(/\.$/u, ''))
    .join('; ');
}
