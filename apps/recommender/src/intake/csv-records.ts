import { LlmosError } from '@llmos/contracts';
import { parse } from 'csv-parse/sync';
import type { FileLine, FileRow } from './file-rows.js';

/** A quoted field may hold line breaks, but not many: an open quotation mark must not swallow the rest of the file. */
const MAX_LINES_OF_A_RECORD = 20;
const DELIMITERS = [',', '\t', ';', '|'] as const;

/**
 * CSV with a header, taken line by line: a record is one line, or several where a quoted field goes on. When its
 * quotation mark is never closed, its first line is rejected and the others are read as if it had not been there.
 */
export class CsvRecords {
  private header: string[] | undefined;
  private delimiter: string = ',';
  private open: FileLine[] = [];

  /** @throws LlmosError INVALID_ARGUMENT when the first line is no header. */
  *take(line: FileLine): Generator<FileRow> {
    if (!this.header) return this.takeHeader(line);
    if (this.open.length === 0 && isClosed(line.text)) return yield* this.row([line]);
    this.open.push(line);
    if (isClosed(textOf(this.open))) yield* this.row(this.open.splice(0));
    else if (this.open.length >= MAX_LINES_OF_A_RECORD) yield* this.giveUp();
  }

  /** What is left when the file is over. */
  *end(): Generator<FileRow> {
    while (this.open.length > 0) yield* this.giveUp();
  }

  private takeHeader({ line, text, fault }: FileLine): void {
    if (fault === undefined && text.trim() === '') return;
    const counts = DELIMITERS.map((each) => text.split(each).length);
    this.delimiter = DELIMITERS[counts.indexOf(Math.max(...counts))]!;
    const names = fault === undefined ? this.split(text)?.map((name) => name.trim()) : undefined;
    if (!names || names.every((name) => name === '' || /^[\d.:-]+$/.test(name))) {
      throw new LlmosError(
        'INVALID_ARGUMENT',
        `Line ${line} is no header: a CSV file begins with the names of its columns, such as user,item,value,at.`,
        { field: 'file' },
      );
    }
    this.header = names;
  }

  private *row(lines: readonly FileLine[]): Generator<FileRow> {
    const { line } = lines[0]!;
    const fault = lines.find((each) => each.fault !== undefined)?.fault;
    if (fault !== undefined) return yield { line, fault };
    const text = textOf(lines);
    if (text.trim() === '') return;
    const header = this.header!;
    const fields = text.includes('"') ? this.split(text) : text.split(this.delimiter);
    if (!fields) yield { line, fault: 'a quotation mark stands where none may' };
    else if (fields.length !== header.length)
      yield { line, fault: `${fields.length} fields; the header has ${header.length}` };
    else yield { line, value: Object.fromEntries(header.map((name, n) => [name, fields[n]!])) };
  }

  private *giveUp(): Generator<FileRow> {
    const [first, ...rest] = this.open.splice(0);
    yield { line: first!.line, fault: first!.fault ?? 'a quotation mark is not closed' };
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

function textOf(lines: readonly FileLine[]): string {
  return lines.map(({ text }) => text).join('\n');
}

/** Whether every quotation mark has its other: an escaped one is two. */
function isClosed(text: string): boolean {
  let count = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) count++;
  return count % 2 === 0;
}
