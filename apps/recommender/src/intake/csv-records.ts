import { LlmosError } from '@llmos/contracts';
import { parse } from 'csv-parse/sync';
import { MAX_ROW_BYTES, type ColumnOf, type FileLine, type FileRow } from './file-rows.js';

/** A quoted field can contain line breaks. The limit prevents an unclosed quotation mark from consuming the file. */
const MAX_LINES_PER_RECORD = 20;
const MAX_COLUMNS = 256;
const DELIMITERS = [',', '\t', ';', '|'] as const;

const UNCLOSED = 'a quotation mark is not closed';

interface Column {
  readonly at: number;
  readonly name: string;
}

interface Columns {
  readonly count: number;
  readonly taken: readonly Column[];
}

/**
 * Parses CSV with a header line by line. A record is one line, or several if a quoted field contains line breaks. If a
 * quotation mark is not closed, the first line is rejected, and the following lines are parsed as new records. The
 * header determines once which columns are used.
 */
export class CsvRecords {
  private columns: Columns | undefined;
  private delimiter: string = ',';
  private open: FileLine[] = [];

  constructor(private readonly columnOf: ColumnOf) {}

  /** @throws LlmosError INVALID_ARGUMENT if the first line is not a header, or has too many columns. */
  *take(line: FileLine): Generator<FileRow> {
    if (!this.columns) return this.takeHeader(line);
    if (this.open.length === 0 && isClosed(line.text)) return yield* this.row([line]);
    this.open.push(line);
    if (bytesOf(this.open) > MAX_ROW_BYTES) yield* this.giveUp(`the row has over ${MAX_ROW_BYTES} bytes`);
    else if (isClosed(textOf(this.open))) yield* this.row(this.open.splice(0));
    else if (this.open.length >= MAX_LINES_PER_RECORD) yield* this.giveUp(UNCLOSED);
  }

  /** The remaining rows at the end of the file. */
  *end(): Generator<FileRow> {
    while (this.open.length > 0) yield* this.giveUp(UNCLOSED);
  }

  private takeHeader({ line, text, fault }: FileLine): void {
    if (fault === undefined && text.trim() === '') return;
    const counts = DELIMITERS.map((each) => text.split(each).length);
    this.delimiter = DELIMITERS[counts.indexOf(Math.max(...counts))]!;
    const names = fault === undefined ? this.split(text)?.map((name) => name.trim()) : undefined;
    if (!names || names.every((name) => name === '' || /^[\d.:-]+$/.test(name))) {
      const reason = fault === undefined ? '' : ` (${fault})`;
      throw invalidFile(
        `Line ${line} is not a header${reason}. A CSV file starts with column names, such as user,item,value,at.`,
      );
    }
    if (names.length > MAX_COLUMNS)
      throw invalidFile(
        `The header has ${names.length} columns; the limit is ${MAX_COLUMNS}. Keep the needed columns, such as user,item,value,at.`,
      );
    const taken = names.map((name, at) => ({ at, name: this.columnOf(name) }));
    this.columns = { count: names.length, taken: taken.filter(isNamed) };
  }

  private *row(lines: readonly FileLine[]): Generator<FileRow> {
    const { line } = lines[0]!;
    const fault = lines.find((each) => each.fault !== undefined)?.fault;
    if (fault !== undefined) return yield { line, fault };
    const text = textOf(lines);
    if (text.trim() === '') return;
    const { count } = this.columns!;
    const fields = text.includes('"') ? this.split(text) : text.split(this.delimiter);
    if (!fields) yield { line, fault: 'a quotation mark is at an invalid position' };
    else if (fields.length !== count) yield { line, fault: `${fields.length} fields; the header has ${count}` };
    else yield { line, value: this.valueOf(fields) };
  }

  /** If several columns have the same meaning, the first non-empty one counts. */
  private valueOf(fields: readonly string[]): Record<string, unknown> {
    const value: Record<string, unknown> = {};
    for (const { at, name } of this.columns!.taken) if (!value[name]) value[name] = fields[at];
    return value;
  }

  private *giveUp(fault: string): Generator<FileRow> {
    const [first, ...rest] = this.open.splice(0);
    yield { line: first!.line, fault: first!.fault ?? fault };
    for (const line of rest) yield* this.take(line);
  }

  private split(text: string): string[] | undefined {
    try {
      return (parse(text, { delimiter: this.delimiter }) as string[][])[0];
    } catch {
      return undefined;
    }
  }
}

function isNamed(column: { at: number; name: string | undefined }): column is Column {
  return column.name !== undefined;
}

function bytesOf(lines: readonly FileLine[]): number {
  return lines.reduce((total, { bytes }) => total + bytes, 0);
}

function textOf(lines: readonly FileLine[]): string {
  return lines.map(({ text }) => text).join('\n');
}

function invalidFile(message: string): LlmosError {
  return new LlmosError('INVALID_ARGUMENT', message, { field: 'file' });
}

/** Whether the number of quotation marks is even; an escaped one is two. */
function isClosed(text: string): boolean {
  let count = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) count++;
  return count % 2 === 0;
}
