import type { PdfCell, PdfLine } from './pdf-line.js';

const BULLET = /^[•‣◦▪●○∙·–—*-]$/u;
const NUMBER = /^\(?(\d{1,3})[.)]?$/u;

/**
 * Items whose mark stands apart from their text are lines of one cell, `1. Close it.`: as two cells below two others
 * they would look like a table. Numbers count from 1; those below a line of cells number the rows of a table.
 */
export function withItems(lines: readonly PdfLine[]): PdfLine[] {
  const shown = [...lines];
  let numbered: number[] = [];
  const end = (): void => {
    if (numbered.length > 1) for (const [n, at] of numbered.entries()) shown[at] = itemOf(lines[at]!, `${n + 1}.`);
    numbered = [];
  };
  for (const [at, line] of lines.entries()) {
    const mark = line.cells.length === 2 ? line.cells[0]!.text : '';
    const number = Number(NUMBER.exec(mark)?.[1]);
    if (BULLET.test(mark)) shown[at] = itemOf(line, mark);
    else if (number === numbered.length + 1 && (number > 1 || !isRowAbove(lines[at - 1], line))) numbered.push(at);
    else if (line.cells.length > 1) end();
  }
  end();
  return shown;
}

function isRowAbove(above: PdfLine | undefined, line: PdfLine): boolean {
  return above !== undefined && above.page === line.page && above.cells.length > 1;
}

function itemOf(line: PdfLine, mark: string): PdfLine {
  const [first, rest] = line.cells as readonly [PdfCell, PdfCell];
  const text = `${mark} ${rest.text}`;
  return { ...line, text, cells: [{ text, from: first.from, to: rest.to }] };
}
