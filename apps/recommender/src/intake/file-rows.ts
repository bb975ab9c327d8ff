import { setImmediate as breathe } from 'node:timers/promises';
import { CsvRecords } from './csv-records.js';

/** One row of a file: what it says, or why it cannot be read. `line` counts from 1. */
export type FileRow =
  | { readonly line: number; readonly value: Record<string, unknown>; readonly fault?: undefined }
  | { readonly line: number; readonly fault: string; readonly value?: undefined };

export type FileFormat = 'jsonl' | 'csv';

/** What a column of a CSV file is called in its rows; nothing for one that is passed over. Asked once for each. */
export type ColumnOf = (name: string) => string | undefined;

export interface ReadOptions {
  /** Default: every column, as the file calls it. */
  readonly columnOf?: ColumnOf;
  readonly signal?: AbortSignal;
}

/** A longer row, or a longer line, is rejected unread. */
export const MAX_ROW_BYTES = 64 * 1024;
/** How long the event loop is held at a time, together with what is done with the rows meanwhile. */
const TURN_MS = 15;

/**
 * The rows of a file one after another: a row that cannot be read says why and does not touch the others, not even an
 * open quotation mark. Blank lines are passed over. Rejects when the signal aborts.
 */
export async function* readRows(
  file: Uint8Array,
  format: FileFormat,
  { columnOf = (name) => name, signal }: ReadOptions = {},
): AsyncGenerator<FileRow> {
  const records: Records = format === 'csv' ? new CsvRecords(columnOf) : new JsonRecords();
  let turnEndsMs = -Infinity;
  for (const line of readLines(file)) {
    if (performance.now() >= turnEndsMs) {
      await breathe();
      turnEndsMs = performance.now() + TURN_MS;
    }
    signal?.throwIfAborted();
    for (const row of records.take(line)) yield row;
  }
  for (const row of records.end()) yield row;
}

/** What makes rows of lines. */
interface Records {
  take(line: FileLine): Iterable<FileRow>;
  /** What is left when the file is over. */
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

/** One line of a file, without its end. */
export interface FileLine {
  readonly line: number;
  readonly text: string;
  readonly bytes: number;
  readonly fault?: string;
}

function* readLines(file: Uint8Array): Generator<FileLine> {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 0;
  for (let from = 0; from < bytes.length;) {
    const found = bytes.indexOf(0x0a, from);
    const end = found === -1 ? bytes.length : found;
    const raw = bytes.subarray(from, end > from && bytes[end - 1] === 0x0d ? end - 1 : end);
    from = end + 1;
    line++;
    yield decode(decoder, raw, line);
  }
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
