import { setImmediate as breathe } from 'node:timers/promises';
import { CsvRecords } from './csv-records.js';

/** One row of a file: what it says, or why it cannot be read. `line` counts from 1. */
export type FileRow =
  | { readonly line: number; readonly value: Record<string, unknown>; readonly fault?: undefined }
  | { readonly line: number; readonly fault: string; readonly value?: undefined };

export type FileFormat = 'jsonl' | 'csv';

/** A longer line is rejected unread. */
const MAX_LINE_BYTES = 64 * 1024;
/** Rows between two looks at the signal and at everything else that waits. */
const ROWS_PER_TURN = 2_000;

/**
 * The rows of a file one after another: a row that cannot be read says why and does not touch the others, not even an
 * open quotation mark. Blank lines are passed over. Rejects when the signal aborts.
 */
export async function* readRows(file: Uint8Array, format: FileFormat, signal?: AbortSignal): AsyncGenerator<FileRow> {
  const rows = format === 'csv' ? csvRows(file) : jsonRows(file);
  let count = 0;
  for (const row of rows) {
    if (count++ % ROWS_PER_TURN === 0) await breathe();
    signal?.throwIfAborted();
    yield row;
  }
}

function* jsonRows(file: Uint8Array): Generator<FileRow> {
  for (const { line, text, fault } of readLines(file)) {
    if (fault !== undefined) yield { line, fault };
    else if (text.trim() !== '') yield parseJsonRow(line, text);
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

function* csvRows(file: Uint8Array): Generator<FileRow> {
  const records = new CsvRecords();
  for (const line of readLines(file)) yield* records.take(line);
  yield* records.end();
}

/** One line of a file, without its end. */
export interface FileLine {
  readonly line: number;
  readonly text: string;
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
  if (raw.length > MAX_LINE_BYTES) return { line, text: '', fault: `the line has over ${MAX_LINE_BYTES} bytes` };
  try {
    return { line, text: decoder.decode(raw) };
  } catch {
    return { line, text: '', fault: 'not UTF-8' };
  }
}
