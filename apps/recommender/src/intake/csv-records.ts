import {
  declaredDelimiter,
  isHeader,
  noHeader,
  readHeader,
  recordOf,
  type CsvHeader,
} from '@llmos/contracts/capabilities/recommender-csv';
import type { RowKind } from '@llmos/contracts/capabilities/recommender-rows';
import { parse } from 'csv-parse/sync';
import { MAX_ROW_BYTES, type FileLine, type FileRow } from './file-rows.js';

/** A quoted field can contain line breaks. The limit prevents an unclosed quotation mark from consuming the file. */
const MAX_LINES_PER_RECORD = 20;

const UNCLOSED = 'a quotation mark is not closed';

/**
 * Parses CSV with a header line by line. A record is one line, or several if a quoted field contains line breaks. If a
 * quotation mark is not closed, the first line is rejected, and the following lines are parsed as new records. The
 * header determines once which columns are used.
 */
export class CsvRecords {
  private header: CsvHeader | undefined;
  private delimiter: string | undefined;
  private open: FileLine[] = [];

  constructor(private readonly kind: RowKind) {}

  /** @throws LlmosError INVALID_ARGUMENT if the first line is not a header; see `readHeader`. */
  *take(line: FileLine): Generator<FileRow> {
    if (!this.header) return this.takeHeader(line);
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
    if (fault !== undefined) throw noHeader(this.kind, line, [], fault);
    if (text.trim() === '') return;
    const declared = this.delimiter === undefined ? declaredDelimiter(text) : undefined;
    if (declared !== undefined) this.delimiter = declared;
    else this.header = readHeader(this.kind, { line, text }, split, this.delimiter);
  }

  private *row(lines: readonly FileLine[]): Generator<FileRow> {
    const { line } = lines[0]!;
    const fault = lines.find((each) => each.fault !== undefined)?.fault;
    if (fault !== undefined) return yield { line, fault };
    const text = textOf(lines);
    if (text.trim() === '') return;
    const { count, delimiter } = this.header!;
    const fields = text.includes('"') ? split(text, delimiter) : text.split(delimiter);
    if (!fields) yield { line, fault: 'a quotation mark is at an invalid position' };
    else if (fields.length !== count) yield { line, fault: `${fields.length} fields; the header has ${count}` };
    else if (!isHeader(this.header!, fields)) yield { line, value: recordOf(this.header!, fields) };
  }

  private *giveUp(fault: string): Generator<FileRow> {
    const [first, ...rest] = this.open.splice(0);
    yield { line: first!.line, fault: first!.fault ?? fault };
    for (const line of rest) yield* this.take(line);
  }
}

function split(text: string, delimiter: string): string[] | undefined {
  try {
    return (parse(text, { delimiter, trim: true }) as string[][])[0];
  } catch {
    return undefined;
  }
}

function bytesOf(lines: readonly FileLine[]): number {
  return lines.reduce((total, { bytes }) => total + bytes, 0);
}

function textOf(lines: readonly FileLine[]): string {
  return lines.map(({ text }) => text).join('\n');
}

/** Whether the number of quotation marks is even; an escaped one is two. */
function isClosed(text: string): boolean {
  let count = 0;
  for (let at = text.indexOf('"'); at !== -1; at = text.indexOf('"', at + 1)) count++;
  return count % 2 === 0;
}
