import { parse } from 'csv-parse/sync';
import { CliError } from '../cli-error.js';

/** Rows of a CSV text (RFC 4180) by the names in its first line. */
export function parseCsv(text: string, file: string, columns: readonly string[]): Record<string, string>[] {
  let rows: string[][];
  try {
    rows = parse(text, {
      bom: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
    });
  } catch (cause) {
    throw new CliError(`${file} is not CSV: ${(cause as Error).message}`, undefined, { cause });
  }
  const [head = [], ...body] = rows;
  const absent = columns.filter((column) => !head.includes(column));
  if (absent.length > 0)
    throw new CliError(`${file} has no column ${absent.join(', ')}; its first line must name: ${columns.join(',')}`);
  return body.map((row) => Object.fromEntries(head.map((column, index) => [column, row[index] ?? ''])));
}
