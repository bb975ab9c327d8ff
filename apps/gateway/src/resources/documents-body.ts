import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { readFields } from '../http/request-body.js';
import { check } from '../http/route.js';
import { mediaType, ROW_FILES } from './rows-body.js';

/** The body of a request that stores documents: one document, or the input of an import. */
export type DocumentsBody =
  { readonly document: Readonly<Record<string, unknown>> } | { readonly input: Readonly<Record<string, unknown>> };

const imported = z.looseObject({
  documents: z.array(z.unknown()).optional(),
  files: z.array(z.unknown()).optional(),
  urls: z.array(z.string()).optional(),
  keep: z.array(z.string()).optional(),
});

/** One document, a list of them, or an object with documents, files, urls, or the files to keep. */
export const documentsSchema = z.union([imported, z.array(z.unknown())]);

const upload = z.looseObject({
  file: z.instanceof(Uint8Array, { error: "Upload the file as the field 'file'." }),
  filename: z.string().optional(),
});

/**
 * Reads documents sent as a form with `file`, as CSV or JSON Lines, as a JSON list, as `{"documents": [...]}`,
 * `{"urls": [...]}` or `{"files": [...]}`, or as one JSON object.
 *
 * @throws LlmosError INVALID_ARGUMENT
 */
export async function readDocuments(request: FastifyRequest): Promise<DocumentsBody> {
  const { body } = request;
  if (body instanceof Uint8Array)
    return { input: { file: body, filename: `documents.${ROW_FILES[mediaType(request)] ?? 'jsonl'}` } };
  if (Array.isArray(body)) return { input: { documents: body } };
  const fields = await readFields(request);
  if (request.isMultipart()) {
    const { file, filename, ...others } = check(upload, fields);
    const sent = (file as { filename?: string }).filename;
    return { input: { ...others, file, filename: filename ?? sent ?? 'file' } };
  }
  const { documents, files, urls, keep } = check(imported, fields);
  return (documents ?? files ?? urls ?? keep) ? { input: fields } : { document: fields };
}
