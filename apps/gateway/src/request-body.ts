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
  try {
    for await (const part of request.parts()) {
      if (fields.size >= MAX_FIELDS)
        throw new LlmosError('INVALID_ARGUMENT', `A form may have at most ${MAX_FIELDS} fields.`, { field: 'body' });
      fields.set(part.fieldname, part.type === 'file' ? await part.toBuffer() : part.value);
    }
  } catch (error) {
    if (error instanceof LlmosError) throw error;
    const tooLarge = error instanceof Error && 'statusCode' in error && error.statusCode === 413;
    throw tooLarge
      ? new LlmosError('PAYLOAD_TOO_LARGE', 'The upload is larger than is taken.', { field: 'body' })
      : new LlmosError('INVALID_ARGUMENT', 'The multipart form cannot be read.', { field: 'body', cause: error });
  }
  return Object.fromEntries(fields);
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
