import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { RowKind } from '@llmos/contracts/capabilities/recommender-rows';
import { CsvRecords } from './csv-records.js';

/** One row of a file: its value, or why it cannot be read. `line` counts from 1. */
export type FileRow =
  | { readonly line: number; readonly value: Record<string, unknown>; readonly fault?: undefined }
  | { readonly line: number; readonly fault: string; readonly value?: undefined };

export type FileFormat = 'jsonl' | 'csv';

export interface ReadOptions {
  /** What the rows are: the header of a CSV file must have the columns that they need. */
  readonly kind: RowKind;
  readonly signal?: AbortSignal | undefined;
}

/** Longer rows and lines are rejected without being parsed. */
export const MAX_ROW_BYTES = 64 * 1024;
/** After this time, including the work of the consumer, the event loop runs other work. */
const SLICE_MS = 15;
const NEWLINE = 0x0a;
const RETURN = 0x0d;

/**
 * The rows of a file. An unreadable row, even one with an unclosed quotation mark, does not affect the others. Blank
 * lines are skipped. Rejects when the signal aborts, and for CSV without a header.
 */
export async function* readRows(
  file: Uint8Array,
  format: FileFormat,
  { kind, signal }: ReadOptions,
): AsyncGenerator<FileRow> {
  const records: Records = format === 'csv' ? new CsvRecords(kind) : new JsonRecords();
  let sliceEndsMs = -Infinity;
  for (const line of readLines(file)) {
    if (performance.now() >= sliceEndsMs) {
      await yieldToEventLoop();
      sliceEndsMs = performance.now() + SLICE_MS;
    }
    signal?.throwIfAborted();
    for (const row of records.take(line)) yield row;
  }
  for (const row of records.end()) yield row;
}

/** Converts lines to rows. */
interface Records {
  take(line: FileLine): Iterable<FileRow>;
  /** The remaining rows at the end of the file. */
  end(): Iterable<FileRow>;
}

class JsonRecords implements Records {
  take({ line, text, fault }: FileLine): FileRow[] {
    if (fault !== undefined) return [{ line, fault }];
    return text.trim() === '' ? [] : [parseJsonRow(line, text)];
  }

  end(): FileRow[] {
    return [];
  }
}

function parseJsonRow(line: number, text: string): FileRow {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return { line, value: value as Record<string, unknown> };
    return { line, fault: 'not a JSON object' };
  } catch {
    return { line, fault: 'not JSON' };
  }
}

/** One line of a file, without the line break. */
export interface FileLine {
  readonly line: number;
  readonly text: string;
  readonly bytes: number;
  readonly fault?: string;
}

function* readLines(file: Uint8Array): Generator<FileLine> {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const lineBreak = hasOnlyReturns(bytes) ? RETURN : NEWLINE;
  let line = 0;
  for (let from = 0; from < bytes.length;) {
    const found = bytes.indexOf(lineBreak, from);
    const end = found === -1 ? bytes.length : found;
    const raw = bytes.subarray(from, end > from && bytes[end - 1] === RETURN ? end - 1 : end);
    from = end + 1;
    line++;
    yield decode(decoder, raw, line);
  }
}

/** Whether lines end with a carriage return alone, as old Macintosh and some spreadsheet programs write them. */
function hasOnlyReturns(bytes: Buffer): boolean {
  const newline = bytes.indexOf(NEWLINE);
  const isLastByte = newline === bytes.length - 1;
  const found = bytes.indexOf(RETURN);
  return found !== -1 && (newline === -1 || (isLastByte && found < newline - 1));
}

function decode(decoder: InstanceType<typeof TextDecoder>, raw: Uint8Array, line: number): FileLine {
  const bytes = raw.length;
  if (bytes > MAX_ROW_BYTES) return { line, text: '', bytes: 0, fault: `the line has over ${MAX_ROW_BYTES} bytes` };
  try {
    return { line, text: decoder.decode(raw), bytes };
  } catch {
    return { line, text: '', bytes: 0, fault: 'not UTF-8' };
  }
}
