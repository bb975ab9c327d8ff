import '@fastify/multipart';
import { LlmosError } from '@llmos/contracts';
import type { FastifyRequest } from 'fastify';
import { withDecodedBody } from './content-encoding.js';
import { PartTypes } from './part-types.js';

export const MAX_FIELDS = 32;
export const MAX_FILES = 4;

const UNREADABLE_FORM =
  'The multipart form cannot be read: its parts are parted by the boundary that Content-Type names, and the last ends with it. Most clients set both.';

/**
 * Reads the fields of a request from a JSON object or a multipart form. The value of an uploaded file is its bytes,
 * with the `contentType` and the `filename` that its part declares. Inputs of a form that were left empty are absent.
 *
 * @throws LlmosError INVALID_ARGUMENT or PAYLOAD_TOO_LARGE
 */
export async function readFields(request: FastifyRequest): Promise<Record<string, unknown>> {
  const fields = request.isMultipart() ? await readForm(request) : readObject(request.body);
  // Schemas drop this field silently, and unknown fields are refused.
  if (Object.hasOwn(fields, '__proto__'))
    throw new LlmosError('INVALID_ARGUMENT', "No field can have the name '__proto__'.", { field: '__proto__' });
  return fields;
}

function readObject(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body) || body instanceof Uint8Array) {
    throw new LlmosError('INVALID_ARGUMENT', 'The body must be a JSON object, such as {"name":"customer_service"}.', {
      field: 'body',
    });
  }
  return body as Record<string, unknown>;
}

async function readForm(request: FastifyRequest): Promise<Record<string, unknown>> {
  const fields = new Map<string, unknown>();
  const limit = request.routeOptions.bodyLimit ?? Infinity;
  let sizeBytes = 0;
  const grow = (bytes: number) => {
    sizeBytes += bytes;
    if (sizeBytes > limit) throw tooLarge(limit);
  };
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const types = new PartTypes(request.headers['content-type']);
  const form = withDecodedBody(request);
  form.raw.on('data', (chunk: Buffer) => types.push(chunk));
  try {
    for await (const part of form.parts()) {
      if (fields.size >= MAX_FIELDS) throw tooMany();
      if ((part.fieldname as string | undefined) === undefined)
        throw new LlmosError('INVALID_ARGUMENT', 'A part of the form has no name.', { field: 'body' });
      if (part.type === 'file') {
        const file = await readFile(part.file, grow);
        // What a browser sends for an input that was left empty.
        if (file.length === 0 && !part.filename) continue;
        const { filename } = part;
        // Of a text that occurs twice the last counts; a file that nobody reads would be lost in silence.
        if (fields.has(part.fieldname)) throw repeatedFile(part.fieldname);
        fields.set(part.fieldname, Object.assign(file, declared(types.of(part.fieldname)), { filename }));
      } else if (part.value !== '') {
        grow(Buffer.byteLength(String(part.value)));
        fields.set(part.fieldname, part.value);
      }
    }
  } catch (error) {
    // The rest is drained unread: some clients look for the reply only after they have sent everything.
    form.raw.unpipe().resume();
    if (error instanceof LlmosError) throw error;
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'FST_FIELDS_LIMIT' || code === 'FST_FILES_LIMIT' || code === 'FST_PARTS_LIMIT') throw tooMany();
    throw error instanceof Error && 'statusCode' in error && error.statusCode === 413
      ? tooLarge(limit)
      : new LlmosError('INVALID_ARGUMENT', UNREADABLE_FORM, { field: 'body', cause: error });
  }
  return Object.fromEntries(fields);
}

/** Reads a file in pieces. `grow` throws as soon as the form is too large, so that no large file is ever held. */
async function readFile(file: AsyncIterable<Buffer>, grow: (bytes: number) => void): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of file) {
    grow(piece.length);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function declared(contentType: string | undefined): { readonly contentType?: string } {
  return contentType === undefined ? {} : { contentType };
}

function repeatedFile(field: string): LlmosError {
  const message = 'The form has this field several times: send one file in each request.';
  return new LlmosError('INVALID_ARGUMENT', message, { field });
}

function tooMany(): LlmosError {
  const message = `A form may have at most ${MAX_FIELDS} fields and ${MAX_FILES} files.`;
  return new LlmosError('PAYLOAD_TOO_LARGE', message, { field: 'body' });
}

function tooLarge(limitBytes: number): LlmosError {
  return new LlmosError('PAYLOAD_TOO_LARGE', `The form is larger than the limit of ${limitBytes} bytes.`, {
    field: 'body',
  });
}
