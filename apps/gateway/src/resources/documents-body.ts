import { DOCUMENT_KINDS, documentKind, LlmosError } from '@llmos/contracts';
import { importDocuments } from '@llmos/contracts/capabilities/retrieval';
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

const { documents, files, urls, collection, keep } = importDocuments.input.shape;
/** The fields of an import that is sent as JSON. */
const wellFormed = z.looseObject({
  documents: documents.optional(),
  files: files.optional(),
  urls: urls.optional(),
  collection,
  keep,
});

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
  if (body instanceof Uint8Array) {
    const filename = `documents.${ROW_FILES[mediaType(request)] ?? 'jsonl'}`;
    checkFile('body', { name: filename, bytes: body });
    return { input: { file: body, filename } };
  }
  if (Array.isArray(body)) {
    checkImport({ documents: body });
    return { input: { documents: body } };
  }
  const fields = await readFields(request);
  if (request.isMultipart()) {
    const { file, filename, ...others } = check(upload, fields);
    const sent = file as { filename?: string; contentType?: string };
    const name = filename ?? sent.filename ?? 'file';
    checkFile('file', { name, type: sent.contentType, bytes: file });
    return { input: { ...others, file, filename: name } };
  }
  const { documents, files, urls, keep } = check(imported, fields);
  if (!(documents ?? files ?? urls ?? keep)) return { document: fields };
  checkImport(fields);
  return { input: fields };
}

/** The import would refuse the same, but the caller would learn it only from the run. */
function checkImport(fields: Readonly<Record<string, unknown>>): void {
  const { documents = [], files = [], urls = [], keep, collection } = check(wellFormed, fields);
  if (keep !== undefined && collection === undefined)
    throw invalid('collection', "'keep' needs 'collection': the name of the collection whose other documents go.");
  if (keep === undefined && documents.length + files.length + urls.length === 0) {
    const field = ['documents', 'files', 'urls'].find((name) => fields[name] !== undefined)!;
    throw invalid(field, `'${field}' is empty: there is nothing to import. Send at least one.`);
  }
}

function checkFile(field: string, file: { name: string; type?: string | undefined; bytes: Uint8Array }): void {
  if (file.bytes.length === 0) throw invalid(field, 'The file is empty: there is nothing to import.');
  if (documentKind(file) === undefined)
    throw invalid(field, `'${file.name}' is of no known kind; ${DOCUMENT_KINDS} are read.`);
}

function invalid(field: string, message: string): LlmosError {
  return new LlmosError('INVALID_ARGUMENT', message, { field });
}
