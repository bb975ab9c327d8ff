import { parse } from 'csv-parse/sync';
import { EvaluationError } from './evaluation-error.js';

/**
 * The rows of a CSV text (RFC 4180), keyed by the column names in its first line.
 *
 * @throws EvaluationError when the text is not CSV, or a column is absent.
 */
export function parseCsv<C extends string>(
  text: string,
  file: string,
  columns: readonly C[],
): (Record<C, string> & Record<string, string>)[] {
  let rows: string[][];
  try {
    rows = parse(text, {
      bom: true,
      record_delimiter: ['\r\n', '\n', '\r'],
      relax_column_count: true,
      skip_empty_lines: true,
    });
  } catch (cause) {
    throw new EvaluationError(`${file} is not CSV: ${(cause as Error).message}`, undefined, { cause });
  }
  const [head = [], ...body] = rows;
  const absent = columns.filter((column) => !head.includes(column));
  if (absent.length > 0)
    throw new EvaluationError(
      `${file} has no column ${absent.join(', ')}; its first line must name: ${columns.join(',')}`,
    );
  return body.map(
    (row) =>
      Object.fromEntries(head.map((column, index) => [column, row[index] ?? ''])) as Record<C, string> &
        Record<string, string>,
  );
}
