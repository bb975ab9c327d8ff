import { CliError } from '../cli-error.js';

/** Rows of a CSV text (RFC 4180: quotes, doubled quotes, line breaks inside quotes) by the names in its first row. */
export function parseCsv(text: string, file: string, columns: readonly string[]): Record<string, string>[] {
  const [head = [], ...rows] = records(text.replace(/^\uFEFF/, ''));
  const absent = columns.filter((column) => !head.includes(column));
  if (absent.length > 0)
    throw new CliError(`${file} has no column ${absent.join(', ')}; its first line must name: ${columns.join(',')}`);
  return rows
    .filter((row) => row.length > 1 || row[0] !== '')
    .map((row) => Object.fromEntries(head.map((column, index) => [column, row[index] ?? ''])));
}

function records(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  // A cell and what ends it: a comma, the line's end, or the end of all.
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|\r|$)/g)) {
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}
