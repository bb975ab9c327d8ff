import { LlmosError } from '@llmos/contracts';
import type { FastifyRequest } from 'fastify';
import { readFields } from '../http/request-body.js';

/** The media types of files of rows, and what the importing service calls them. */
export const ROW_FILES: Readonly<Record<string, 'jsonl' | 'csv'>> = {
  'application/x-ndjson': 'jsonl',
  'application/jsonl': 'jsonl',
  'text/csv': 'csv',
};

/** What was sent to a resource of rows: a file to import, or rows to take at once. */
export type RowsBody =
  | { readonly file: Uint8Array; readonly format: 'jsonl' | 'csv' }
  | { readonly rows: readonly unknown[]; readonly single: boolean };

/**
 * Reads rows sent as a file (JSON Lines, CSV or a form with `file`), as a JSON list, as `{"<name>": [...]}`, or as one
 * JSON object.
 *
 * @throws LlmosError INVALID_ARGUMENT or UNSUPPORTED_MEDIA
 */
export async function readRows(request: FastifyRequest, name: string): Promise<RowsBody> {
  const { body } = request;
  if (body instanceof Uint8Array) return { file: body, format: ROW_FILES[mediaType(request)] ?? 'jsonl' };
  if (request.isMultipart()) return readForm(await readFields(request));
  if (Array.isArray(body)) return { rows: body, single: false };
  const fields = await readFields(request);
  const list = fields[name];
  if (list === undefined) return { rows: [fields], single: true };
  if (!Array.isArray(list)) throw new LlmosError('INVALID_ARGUMENT', `'${name}' must be a list.`, { field: name });
  return { rows: list, single: false };
}

function readForm({ file, format }: Record<string, unknown>): RowsBody {
  if (!(file instanceof Uint8Array))
    throw new LlmosError('INVALID_ARGUMENT', "Upload the rows as the field 'file'.", { field: 'file' });
  if (format !== 'jsonl' && format !== 'csv')
    throw new LlmosError('INVALID_ARGUMENT', "Say 'format': jsonl or csv.", { field: 'format' });
  return { file, format };
}

function mediaType(request: FastifyRequest): string {
  return (request.headers['content-type'] ?? '').split(';', 1)[0]!.trim().toLowerCase();
}
