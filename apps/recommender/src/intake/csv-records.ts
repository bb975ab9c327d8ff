import { LlmosError } from '@llmos/contracts';
import { parse } from 'csv-parse/sync';
import { MAX_ROW_BYTES, type ColumnOf, type FileLine, type FileRow } from './file-rows.js';

/** A quoted field may hold line breaks, but not many: an open quotation mark must not swallow the rest of the file. */
const MAX_LINES_OF_A_RECORD = 20;
/** Files of ours have five columns and those of others a few dozen: more is a mistake or malice. */
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
 * CSV with a header, taken line by line: a record is one line, or several where a quoted field goes on. When its
 * quotation mark is never closed, its first line is rejected and the others are read as if it had not been there.
 * Which columns are taken is settled once, by the header.
 */
export class CsvRecords {
  private columns: Columns | undefined;
  private delimiter: string = ',';
  private open: FileLine[] = [];

  constructor(private readonly columnOf: ColumnOf) {}

  /** @throws LlmosError INVALID_ARGUMENT when the first line is no header, or one of too many columns. */
  *take(line: FileLine): Generator<FileRow> {
    if (!this.columns) return this.takeHeader(line);
    if (this.open.length === 0 && isClosed(line.text)) return yield* this.row([line]);
    this.open.push(line);
    if (bytesOf(this.open) > MAX_ROW_BYTES) yield* this.giveUp(`the row has over ${MAX_ROW_BYTES} bytes`);
    else if (isClosed(textOf(this.open))) yield* this.row(this.open.splice(0));
    else if (this.open.length >= MAX_LINES_OF_A_RECORD) yield* this.giveUp(UNCLOSED);
  }

  /** What is left when the file is over. */
  *end(): Generator<FileRow> {
    while (this.open.length > 0) yield* this.giveUp(UNCLOSED);
  }

  private takeHeader({ line, text, fault }: FileLine): void {
    if (fault === undefined && text.trim() === '') return;
    const counts = DELIMITERS.map((each) => text.split(each).length);
    this.delimiter = DELIMITERS[counts.indexOf(Math.max(...counts))]!;
    const names = fault === undefined ? this.split(text)?.map((name) => name.trim()) : undefined;
    if (!names || names.every((name) => name === '' || /^[\d.:-]+$/.test(name))) {
      throw new LlmosError(
        'INVALID_ARGUMENT',
        `Line ${line} is no header${fault === undefined ? '' : ` (${fault})`}: a CSV file begins with the names of its columns, such as user,item,value,at.`,
        { field: 'file' },
      );
    }
    if (names.length > MAX_COLUMNS) {
      throw new LlmosError(
        'INVALID_ARGUMENT',
        `The header has ${names.length} columns and ${MAX_COLUMNS} are the limit. Keep those that are needed, such as user,item,value,at.`,
        { field: 'file' },
      );
    }
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
    if (!fields) yield { line, fault: 'a quotation mark stands where none may' };
    else if (fields.length !== count) yield { line, fault: `${fields.length} fields; the header has ${count}` };
    else yield { line, value: this.valueOf(fields) };
  }

  /** Of columns that mean the same, the first that says something. */
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

/** Whether every quotation mark has its other: an escaped one is two. */
function isClosed(text: string): boolean {
  let count = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) count++;
  return count % 2 === 0;
}
