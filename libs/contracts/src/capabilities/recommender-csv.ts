import { LlmosError } from '../errors.js';
import { columnOf, EXAMPLE_HEADER, missingColumns, type RowKind } from './recommender-rows.js';

const DELIMITERS = [',', '\t', ';', '|'] as const;
const MAX_COLUMNS = 256;
/** Spreadsheets write their delimiter as the first line. */
const DELIMITER_LINE = /^"?sep=(.)"?$/i;

/** The header of a CSV file. */
export interface CsvHeader {
  readonly delimiter: string;
  /** The number of columns, used or not. */
  readonly count: number;
  /** The columns that are used: their places, and their names as the caller wrote them. */
  readonly taken: ReadonlyArray<{ readonly at: number; readonly name: string }>;
}

/** Splits one record into its fields; undefined if its quotation marks are wrong. */
export type SplitRecord = (text: string, delimiter: string) => string[] | undefined;

/** The delimiter that the first line of some spreadsheet files declares; undefined for another line. */
export function declaredDelimiter(line: string): string | undefined {
  return DELIMITER_LINE.exec(line.trim())?.[1];
}

/**
 * Reads the header of a CSV file. Which column is the user and which the item cannot be told safely from values, so a
 * file without a header is refused as a whole, and no row of data is taken for a header.
 *
 * @param delimiter as declared; by default the one that parts the line into most fields
 * @throws LlmosError INVALID_ARGUMENT if the line is not a header, lacks a needed column or has too many columns.
 */
export function readHeader(
  kind: RowKind,
  { text, line }: { readonly text: string; readonly line: number },
  split: SplitRecord,
  delimiter = delimiterOf(text),
): CsvHeader {
  const names = split(text, delimiter)?.map((name) => name.trim());
  const missing = missingColumns(kind, names ?? []);
  if (!names || missing.length > 0) throw noHeader(kind, line, missing);
  if (names.length > MAX_COLUMNS) {
    const message = `The header has ${names.length} columns; the limit is ${MAX_COLUMNS}. Keep the needed columns, such as ${EXAMPLE_HEADER[kind]}.`;
    throw new LlmosError('INVALID_ARGUMENT', message, { field: 'file' });
  }
  const taken = names.map((name, at) => ({ at, name })).filter(({ name }) => columnOf(kind, name) !== undefined);
  return { delimiter, count: names.length, taken };
}

/** The error of a file without a header that names the needed columns. */
export function noHeader(kind: RowKind, line: number, missing: readonly string[], fault?: string): LlmosError {
  const what = missing.length > 0 ? ` with a column for the ${missing.join(' and the ')}` : '';
  const why = fault === undefined ? '' : ` (${fault})`;
  const message = `Line ${line} is not a header${what}${why}. A CSV file of ${kind} starts with the names of its columns, such as ${EXAMPLE_HEADER[kind]}. Nothing was stored.`;
  return new LlmosError('INVALID_ARGUMENT', message, { field: 'file' });
}

/** The fields of a record under the names of its columns. If several have the same name, the first that is not empty counts. */
export function recordOf({ taken }: CsvHeader, fields: readonly string[]): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const { at, name } of taken) if (!record[name]) record[name] = fields[at];
  return record;
}

/** Whether a record is the header once more, as in files that were put together. */
export function isHeader({ taken }: CsvHeader, fields: readonly string[]): boolean {
  return taken.every(({ at, name }) => fields[at]?.trim() === name);
}

function delimiterOf(header: string): string {
  const counts = DELIMITERS.map((each) => header.split(each).length);
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
}
