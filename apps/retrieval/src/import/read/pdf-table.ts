import type { Block } from '../../structure/block.js';
import { TableText } from '../../structure/table-text.js';
import type { PdfCell, PdfLine } from './pdf-line.js';

/** Fewer lines with the same columns are chance. */
const MIN_ROWS = 3;
/** Columns of prose are no table: in a table at least one column has cells this short on average, in characters. */
const SHORT_CELL = 25;

type Column = { from: number; to: number };

/**
 * The table that begins with one of these lines: lines of cells that stand below each other. A PDF knows only
 * where text stands, so a row is one line, and a cell of several lines ends the table.
 *
 * @returns undefined if there is none; else the block, and how many lines it takes.
 */
export function tableAt(
  lines: readonly PdfLine[],
  start: number,
): { readonly block: Block; readonly lines: number } | undefined {
  const first = lines[start];
  if (!first || first.cells.length < 2) return undefined;
  const columns: Column[] = first.cells.map(({ from, to }) => ({ from, to }));
  const rows: string[][] = [];
  for (let n = start; n < lines.length; n++) {
    const line = lines[n]!;
    const row = line.page === first.page && line.cells.length >= 2 ? rowIn(columns, line.cells) : undefined;
    if (!row) break;
    rows.push(row);
  }
  if (rows.length < MIN_ROWS || !columns.some((_, n) => meanLength(rows.map((row) => row[n]!)) <= SHORT_CELL))
    return undefined;
  const block = blockOf(rows);
  return block && { block, lines: rows.length };
}

/** The texts of the cells by column; undefined if a cell stands below none of them, or two below one. */
function rowIn(columns: Column[], cells: readonly PdfCell[]): string[] | undefined {
  const places = cells.map((cell) => columns.findIndex(({ from, to }) => cell.from < to && cell.to > from));
  if (places.includes(-1) || new Set(places).size < places.length) return undefined;
  const row = Array<string>(columns.length).fill('');
  cells.forEach(({ text, from, to }, n) => {
    const column = columns[places[n]!]!;
    column.from = Math.min(column.from, from);
    column.to = Math.max(column.to, to);
    row[places[n]!] = text;
  });
  return row;
}

function blockOf(rows: readonly (readonly string[])[]): Block | undefined {
  const table = new TableText();
  for (const row of rows) {
    table.openRow();
    for (const text of row) {
      table.openCell(false, {});
      if (text !== '') table.add(text);
    }
  }
  return table.end();
}

function meanLength(texts: readonly string[]): number {
  return texts.reduce((sum, text) => sum + text.length, 0) / texts.length;
}
