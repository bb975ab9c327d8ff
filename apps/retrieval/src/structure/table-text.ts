import type { Block } from './block.js';

type Table = Extract<Block, { kind: 'table' }>;

interface Cell {
  text: string;
  readonly header: boolean;
  readonly columns: number;
  /** Rows below that the cell also belongs to. */
  rowsLeft: number;
}

/** A cell that spans more is a mistake, or an attempt to fill the memory. */
const MAX_SPAN = 50;
const MAX_COLUMNS = 100;

/** Collects the cells of a table. A cell that spans columns or rows counts in each of them. */
export class TableText {
  readonly kind = 'table';
  private readonly rows: Cell[][] = [];
  private open: Cell | undefined;
  /** What stands before the first cell. */
  caption = '';

  openRow(): void {
    this.rows.push([]);
    this.fillFromAbove();
  }

  openCell(header: boolean, { colspan, rowspan }: Readonly<Record<string, string>>): void {
    if (this.rows.length === 0) this.openRow();
    const row = this.rows.at(-1)!;
    const cell = { text: '', header, columns: span(colspan), rowsLeft: span(rowspan) - 1 };
    for (let column = 0; column < cell.columns && row.length < MAX_COLUMNS; column++) row.push(cell);
    this.open = cell;
    this.fillFromAbove();
  }

  add(text: string): void {
    if (this.open) this.open.text = joined(this.open.text, text);
    else this.caption = joined(this.caption, text);
  }

  /** Undefined for a table without text. */
  end(): Table | undefined {
    const rows = this.rows.filter((row) => row.some(({ text }) => text !== ''));
    const texts = rows.map((row) => row.map(({ text }) => text));
    if (texts.length === 0) return undefined;
    const columns = Math.max(...texts.map((row) => row.length));
    const headers = headerRows(rows);
    if (headers > 0)
      return { kind: 'table', header: headerOf(rows.slice(0, headers), columns), rows: texts.slice(headers) };
    return { kind: 'table', header: Array<string>(columns).fill(''), rows: texts };
  }

  /** Cells of rows above that reach into this row stand in the column that they began in. */
  private fillFromAbove(): void {
    const row = this.rows.at(-1)!;
    const above = this.rows.at(-2);
    for (let cell = above?.[row.length]; cell && cell.rowsLeft > 0; cell = above?.[row.length]) {
      for (let column = 0; column < cell.columns && row.length < MAX_COLUMNS; column++) row.push(cell);
      cell.rowsLeft--;
    }
  }
}

function joined(before: string, text: string): string {
  return before === '' ? text : `${before} ${text}`;
}

function span(value: string | undefined): number {
  const cells = Number(value ?? 1);
  return Number.isSafeInteger(cells) ? Math.min(Math.max(cells, 1), MAX_SPAN) : 1;
}

/** How many rows name the columns: more than one if all their cells say so, and none spans all columns. */
function headerRows(rows: readonly (readonly Cell[])[]): number {
  if (!hasHeader(rows)) return 0;
  const others = rows.findIndex((row) => !row.every(({ header }) => header) || new Set(row).size === 1);
  return Math.max(1, others);
}

/** `Price` above `Monthly` is `Price Monthly`; a cell that spans both rows counts once. */
function headerOf(rows: readonly (readonly Cell[])[], columns: number): string[] {
  return Array.from({ length: columns }, (_, column) =>
    [...new Set(rows.flatMap((row) => row[column]?.text || []))].join(' '),
  );
}

/**
 * Whether the first row names the columns. Word processors do not say so: then it does if it has more than two columns,
 * or has no number where the rows below have one. A name may hold a number ("Example for £2,500") but begins with none,
 * as a cell of each row below does; above mere numbers it may begin with one too ("230 V sockets").
 */
function hasHeader(rows: readonly (readonly Cell[])[]): boolean {
  const [first, ...others] = rows;
  if (!first || others.length === 0) return false;
  if (first.every(({ header, text }) => header || text === '')) return true;
  if (rows.some((row) => row.some(({ header }) => header))) return false;
  const hasNumber = (cells: readonly Cell[]): boolean => cells.some(({ text }) => /\d/u.test(text));
  if (!hasNumber(first)) return first.length > 2 || others.every(hasNumber);
  if (first.length < 3) return false;
  return beginsWithNumber(first) ? namesNumbers(first, others) : others.every(beginsWithNumber);
}

/** Whether all cells of a row have words, and all cells below one of them are mere numbers. */
function namesNumbers(first: readonly Cell[], others: readonly (readonly Cell[])[]): boolean {
  const isNumber = (cell: Cell | undefined): boolean => /^[^\p{L}]*\d[^\p{L}]*$/u.test(cell?.text ?? '');
  const areWords = first.every(({ text }) => /\p{L}{2}/u.test(text));
  return areWords && first.some((_, column) => others.every((row) => isNumber(row[column])));
}

function beginsWithNumber(cells: readonly Cell[]): boolean {
  return cells.some(({ text }) => /^[^\p{L}]*\d/u.test(text));
}
