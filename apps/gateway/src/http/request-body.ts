import { LlmosError } from '@llmos/contracts';
import type { FastifyRequest } from 'fastify';
import '@fastify/multipart';

const MAX_FIELDS = 32;

/**
 * The fields of a request, from a JSON object or a multipart form; an uploaded file is its field's bytes.
 *
 * @throws LlmosError INVALID_ARGUMENT, UNSUPPORTED_MEDIA or PAYLOAD_TOO_LARGE
 */
export async function readFields(request: FastifyRequest): Promise<Record<string, unknown>> {
  if (request.isMultipart()) return readForm(request);
  const { body } = request;
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
  try {
    for await (const part of request.parts()) {
      if (fields.size >= MAX_FIELDS)
        throw new LlmosError('INVALID_ARGUMENT', `A form may have at most ${MAX_FIELDS} fields.`, { field: 'body' });
      if (part.type === 'file') fields.set(part.fieldname, await readFile(part.file, grow));
      else {
        grow(Buffer.byteLength(String(part.value)));
        fields.set(part.fieldname, part.value);
      }
    }
  } catch (error) {
    // The rest flows away unread: a caller who looks for the answer only after sending everything gets it too.
    request.raw.unpipe().resume();
    if (error instanceof LlmosError) throw error;
    throw error instanceof Error && 'statusCode' in error && error.statusCode === 413
      ? tooLarge(limit)
      : new LlmosError('INVALID_ARGUMENT', 'The multipart form cannot be read.', { field: 'body', cause: error });
  }
  return Object.fromEntries(fields);
}

/** Reads a file while `grow`, told of each piece, does not throw: what is too large is never held whole. */
async function readFile(file: AsyncIterable<Buffer>, grow: (bytes: number) => void): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of file) {
    grow(piece.length);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function tooLarge(limitBytes: number): LlmosError {
  return new LlmosError('PAYLOAD_TOO_LARGE', `The form is larger than the ${limitBytes} bytes that are taken.`, {
    field: 'body',
  });
}

/** Takes a text field out of the others. */
export function takeText(
  fields: Record<string, unknown>,
  field: string,
): { text: string; rest: Record<string, unknown> } {
  const { [field]: text, ...rest } = fields;
  if (typeof text !== 'string' || text === '')
    throw new LlmosError('INVALID_ARGUMENT', `'${field}' is needed and must be a text.`, { field });
  return { text, rest };
}
