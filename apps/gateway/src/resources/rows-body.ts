import { LlmosError } from '@llmos/contracts';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { decodeText, parseMediaType } from '../http/media-type.js';
import { readFields } from '../http/request-body.js';
import { check } from '../http/route.js';

const MAX_ROWS = 1_000;

/** The media types of files with rows, and their formats. */
export const ROW_FILES: Readonly<Record<string, 'jsonl' | 'csv'>> = {
  'application/x-ndjson': 'jsonl',
  'application/ndjson': 'jsonl',
  'application/jsonl': 'jsonl',
  'application/x-jsonlines': 'jsonl',
  'text/csv': 'csv',
  'application/csv': 'csv',
  'text/tab-separated-values': 'csv',
};

/** The body of a resource that takes rows: a file to import, or rows to store at once. */
export type RowsBody =
  | { readonly file: Uint8Array; readonly format: 'jsonl' | 'csv' }
  | { readonly rows: readonly unknown[]; readonly single: boolean };

const rowList = z.array(z.unknown()).min(1, 'There is no row in the request.');
const rowsIn = (name: string) =>
  z.looseObject({ [name]: z.array(z.unknown(), `'${name}' must be a list.`).optional() });
const uploadSchema = z.object({
  file: z.instanceof(Uint8Array, { error: "Upload the rows as the field 'file'." }),
  format: z.enum(['jsonl', 'csv'], "Set 'format' to csv, or to jsonl for one JSON object in each line."),
});
/** The formats of files in forms by their names, which are also the ends of the names of files. */
const FORMATS = new Map<string, 'jsonl' | 'csv'>([
  ['csv', 'csv'],
  ['tsv', 'csv'],
  ['jsonl', 'jsonl'],
  ['ndjson', 'jsonl'],
]);

/** One row, an object with rows by their name, or a list of rows. Files have media types of their own. */
export const rowsSchema = (name: string) => z.union([rowsIn(name), rowList]);

/**
 * Reads rows sent as a file (JSON Lines, CSV or a form with `file`), as a JSON list, as `{"<name>": [...]}`, or as one
 * JSON object.
 *
 * @throws LlmosError INVALID_ARGUMENT, or PAYLOAD_TOO_LARGE for more rows than may be sent outside a file
 */
export async function readRows(request: FastifyRequest, name: string): Promise<RowsBody> {
  const { body } = request;
  if (body instanceof Uint8Array) {
    const file = inUtf8(body, request.headers['content-type']);
    return { file, format: ROW_FILES[mediaType(request)] ?? 'jsonl' };
  }
  if (request.isMultipart()) {
    const { file, format } = check(uploadSchema, withFormat(await readFields(request)));
    return { file: inUtf8(file, (file as { contentType?: string }).contentType), format };
  }
  if (Array.isArray(body)) return { rows: checkRows(name, body), single: false };
  const fields = await readFields(request);
  const { [name]: rows } = check(rowsIn(name), fields);
  return rows === undefined ? { rows: [fields], single: true } : { rows: checkRows(name, rows), single: false };
}

/** A file in UTF-8: it may declare another charset, and begin with the byte order mark of UTF-16. */
function inUtf8(file: Uint8Array, contentType = ''): Uint8Array {
  const isUtf16 = (file[0] === 0xff && file[1] === 0xfe) || (file[0] === 0xfe && file[1] === 0xff);
  const charset = isUtf16 ? 'utf-16' : (parseMediaType(contentType)?.charset ?? 'utf-8');
  // Rows that are not UTF-8 do not stop the others.
  if (/^utf-?8$/i.test(charset)) return file;
  const text = decodeText(file, charset, 'content-type');
  if (text !== undefined) return Buffer.from(text);
  throw new LlmosError('INVALID_ARGUMENT', `The file is not text in ${charset.slice(0, 40)}.`, { field: 'file' });
}

/** The format that a form states, or that the name of its file ends in. */
function withFormat(fields: Record<string, unknown>): Record<string, unknown> {
  const { filename } = (fields['file'] ?? {}) as { readonly filename?: unknown };
  const ending = typeof filename === 'string' ? filename.split('.').at(-1)! : '';
  const { format = ending } = fields;
  return { ...fields, format: FORMATS.get(String(format).trim().toLowerCase()) };
}

function checkRows(field: string, rows: unknown): unknown[] {
  const checked = check(z.object({ [field]: rowList }), { [field]: rows })[field]!;
  if (checked.length <= MAX_ROWS) return checked;
  const message = `${checked.length} rows are more than the ${MAX_ROWS} of one request: send them as application/x-ndjson or text/csv.`;
  throw new LlmosError('PAYLOAD_TOO_LARGE', message, { field });
}

export function mediaType(request: FastifyRequest): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
}
