import { squeeze } from '../../structure/inline-text.js';

/** Text of a line between two wide gaps. */
export interface PdfCell {
  readonly text: string;
  /** Its left and right edge, in points from the left of the page. */
  readonly from: number;
  readonly to: number;
}

export interface PdfLine {
  readonly text: string;
  readonly cells: readonly PdfCell[];
  readonly size: number;
  /** From the lower edge of the page. */
  readonly y: number;
  readonly page: number;
}

/** A piece of text as pdf.js finds it, in the order of the file. */
export interface PdfItem {
  readonly str?: string;
  readonly transform?: readonly number[];
  readonly width?: number;
  readonly height?: number;
  readonly hasEOL?: boolean;
}

/** A gap wider than the text is high separates cells, not words. */
const CELL_GAP = 1;

/** The lines of a page, in the order of the file. */
export function linesOf(items: readonly PdfItem[], page: number): PdfLine[] {
  const lines: LineBuilder[] = [];
  let open: LineBuilder | undefined;
  for (const item of items) {
    const { str = '', transform = [], height = 0, hasEOL } = item;
    const y = transform[5] ?? 0;
    const isText = str.trim() !== '';
    if (open && isText && Math.abs(open.y - y) > Math.max(open.size, height) / 2) open = undefined;
    if (!open && isText) {
      open = new LineBuilder(height, y);
      lines.push(open);
    }
    open?.add(item);
    if (hasEOL) open = undefined;
  }
  return lines.map((line) => line.end(page)).filter(({ text }) => text !== '');
}

class LineBuilder {
  private text = '';
  /** How many characters have which size: the number of an item may be larger than its text. */
  private readonly sizes = new Map<number, number>();
  private readonly cells: { text: string; from: number; to: number }[] = [];

  constructor(
    readonly size: number,
    readonly y: number,
  ) {}

  add({ str = '', transform = [], width = 0, height = 0 }: PdfItem): void {
    this.text += str;
    const last = this.cells.at(-1);
    if (str.trim() === '') {
      if (last) last.text += str;
      return;
    }
    const size = Math.round(height * 2) / 2;
    this.sizes.set(size, (this.sizes.get(size) ?? 0) + str.length);
    const from = transform[4] ?? 0;
    if (last && from - last.to <= CELL_GAP * size) {
      last.text += str;
      last.to = Math.max(last.to, from + width);
    } else this.cells.push({ text: str, from, to: from + width });
  }

  end(page: number): PdfLine {
    const { y } = this;
    const [size] = [...this.sizes].reduce((most, each) => (each[1] > most[1] ? each : most), [0, 0]);
    const cells = this.cells.map((cell) => ({ ...cell, text: squeeze(cell.text) }));
    return { text: squeeze(this.text), cells, size, y, page };
  }
}
