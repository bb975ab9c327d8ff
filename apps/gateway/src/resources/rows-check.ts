import { LlmosError } from '@llmos/contracts';
import { declaredDelimiter, readHeader, recordOf, type CsvHeader } from '@llmos/contracts/capabilities/recommender-csv';
import { readInteraction, readItem, type ReadRow, type RowKind } from '@llmos/contracts/capabilities/recommender-rows';
import { parse } from 'csv-parse/sync';

/** So much of a file is looked at before it is accepted. */
const HEAD_BYTES = 262_144;
const HEAD_ROWS = 1_000;
const ONE: Readonly<Record<RowKind, string>> = { interactions: 'interaction', items: 'item' };

/** A row of a list, with its index from 0, or of a file, with its line from 1. */
interface NumberedRow {
  readonly row: number;
  readonly value: unknown;
  /** Why the row is none. */
  readonly fault?: string | undefined;
}

/**
 * Refuses a list of which no row can be read. Items are stored together, so that one fault refuses all; interactions
 * with faults are reported and do not stop the others.
 *
 * @throws LlmosError INVALID_ARGUMENT naming the first row and field at fault
 */
export function checkRows(rows: readonly unknown[], kind: RowKind): void {
  const numbered = rows.map((value, row) => ({ row, value }));
  if (kind === 'interactions') return requireReadable(numbered, kind, 'Row');
  for (const each of numbered) requireReadable([each], kind, 'Row');
}

/**
 * Looks at the beginning of a file: a CSV header must name the needed columns, and one of the first 1,000 rows must be
 * readable. The service that imports the file reads the whole by the same rule.
 *
 * @throws LlmosError INVALID_ARGUMENT naming the first row and field at fault
 */
export function checkFile(file: Uint8Array, format: 'jsonl' | 'csv', kind: RowKind): void {
  const rows = format === 'csv' ? csvRows(headOf(file), kind) : jsonRows(headOf(file));
  if (rows === undefined) return;
  if (rows.length === 0)
    throw new LlmosError('INVALID_ARGUMENT', `The file has no rows of ${kind}.`, { field: 'file' });
  requireReadable(rows, kind, 'Line');
}

function requireReadable(rows: readonly NumberedRow[], kind: RowKind, unit: 'Row' | 'Line'): void {
  const read = (value: unknown): ReadRow<unknown> => (kind === 'items' ? readItem(value) : readInteraction(value));
  let first: { readonly row: number; readonly field: string; readonly reason: string } | undefined;
  for (const { row, value, fault } of rows) {
    const found = fault === undefined ? read(value) : { field: '', reason: fault };
    if (found.reason === undefined) return;
    first ??= { row, field: found.field, reason: found.reason };
  }
  if (!first) return;
  const field = [kind, first.row, ...(first.field === '' ? [] : [first.field])].join('.');
  const message = `${unit} ${first.row} is not an ${ONE[kind]}: ${first.reason}. Nothing was stored.`;
  throw new LlmosError('INVALID_ARGUMENT', message, { field });
}

/** The first lines as text; of a longer file without the last, incomplete one. */
function headOf(file: Uint8Array): string {
  const text = new TextDecoder().decode(file.subarray(0, HEAD_BYTES));
  return file.length <= HEAD_BYTES ? text : text.slice(0, Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1);
}

function jsonRows(text: string): NumberedRow[] {
  const lines = text.split(/\r\n|\n|\r/).map((line, at) => ({ row: at + 1, line: line.trim() }));
  const filled = lines.filter(({ line }) => line !== '').slice(0, HEAD_ROWS);
  return filled.map(({ row, line }) => ({ row, ...parsed(line) }));
}

function parsed(line: string): { readonly value: unknown; readonly fault?: string } {
  try {
    const value: unknown = JSON.parse(line);
    return Array.isArray(value)
      ? { value, fault: 'it is a list. Send one object in each line, or the list as application/json' }
      : { value };
  } catch {
    return { value: undefined, fault: 'it is not JSON' };
  }
}

/** Undefined if quotation marks hide where the rows end: the import reports such rows one by one. */
function csvRows(text: string, kind: RowKind): NumberedRow[] | undefined {
  const lines = text.split(/\r\n|\n|\r/).map((line, at) => ({ line: at + 1, text: line }));
  const filled = lines.filter((each) => each.text.trim() !== '');
  const delimiter = declaredDelimiter(filled[0]?.text ?? '');
  const first = filled[delimiter === undefined ? 0 : 1] ?? { line: 1, text: '' };
  const header = readHeader(kind, first, splitRecord, delimiter);
  const rest = lines.slice(first.line).map((each) => each.text);
  return recordsOf(rest.join('\n'), header)?.map(({ line, fields }) => ({
    row: first.line + line,
    value: fields.length === header.count ? recordOf(header, fields) : undefined,
    fault: fields.length === header.count ? undefined : `it has ${fields.length} fields, the header ${header.count}`,
  }));
}

function recordsOf(text: string, { delimiter }: CsvHeader): { line: number; fields: string[] }[] | undefined {
  const options = {
    delimiter,
    info: true,
    trim: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  };
  try {
    const found = parse(text, { ...options, to: HEAD_ROWS }) as unknown as {
      record: string[];
      info: { lines: number };
    }[];
    return found.map(({ record, info }) => ({ line: info.lines, fields: record }));
  } catch {
    return undefined;
  }
}

function splitRecord(text: string, delimiter: string): string[] | undefined {
  try {
    return (parse(text, { delimiter, trim: true }) as string[][])[0];
  } catch {
    return undefined;
  }
}
