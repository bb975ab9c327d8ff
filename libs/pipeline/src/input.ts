import { LlmosError, type Pipeline } from '@llmos/contracts';

// A tab, a line feed and a carriage return are text; the other C0 and C1 codes and lone surrogates are not.
const isControl = (code: number) =>
  (code < 32 && code !== 9 && code !== 10 && code !== 13) || (code >= 127 && code < 160);

/**
 * Checks what a caller sent against what the pipeline takes.
 *
 * @param raw field → value; a `bytes` field may be a Uint8Array or base64 text.
 * @returns the input, with `bytes` decoded.
 * @throws LlmosError INVALID_ARGUMENT or PAYLOAD_TOO_LARGE naming the field.
 */
export function checkInput(pipeline: Pipeline, raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const key of Object.keys(raw)) {
    if (!Object.hasOwn(pipeline.input, key)) {
      const known = Object.keys(pipeline.input).join(', ') || 'none';
      throw new LlmosError('INVALID_ARGUMENT', `'${pipeline.name}' has no input of this name. It takes: ${known}.`, {
        field: key.slice(0, 64),
      });
    }
  }
  for (const [field, spec] of Object.entries(pipeline.input)) {
    const value = raw[field];
    if (value === undefined || value === null) {
      if (spec.required) throw new LlmosError('INVALID_ARGUMENT', `'${field}' is needed.`, { field });
      continue;
    }
    switch (spec.type) {
      case 'string':
        input[field] = checkText(field, value, spec.maxLength);
        break;
      case 'bytes':
        input[field] = checkBytes(field, value, spec.maxBytes);
        break;
      case 'json':
        input[field] = value;
        break;
      default:
        if (typeof value !== spec.type || Number.isNaN(value)) {
          throw new LlmosError('INVALID_ARGUMENT', `'${field}' must be a ${spec.type}.`, { field });
        }
        input[field] = value;
    }
  }
  return input;
}

function checkText(field: string, value: unknown, maxLength: number): string {
  if (typeof value !== 'string') throw new LlmosError('INVALID_ARGUMENT', `'${field}' must be a text.`, { field });
  if (value.length > maxLength) {
    throw new LlmosError(
      'PAYLOAD_TOO_LARGE',
      `'${field}' has ${value.length} characters; at most ${maxLength} are taken.`,
      { field },
    );
  }
  if (value.trim() === '')
    throw new LlmosError('INVALID_ARGUMENT', `'${field}' is empty. Leave it out or say something.`, { field });
  if (!value.isWellFormed())
    throw new LlmosError('INVALID_ARGUMENT', `'${field}' has broken Unicode (a lone surrogate).`, { field });
  for (let i = 0; i < value.length; i++) {
    if (isControl(value.charCodeAt(i))) {
      throw new LlmosError(
        'INVALID_ARGUMENT',
        `'${field}' has a control character at position ${i}. Send plain text.`,
        { field },
      );
    }
  }
  return value;
}

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function checkBytes(field: string, value: unknown, maxBytes: number): Uint8Array {
  const bytes = value instanceof Uint8Array ? value : decodeBase64(field, value, maxBytes);
  if (bytes.length === 0) throw new LlmosError('INVALID_ARGUMENT', `'${field}' is empty.`, { field });
  if (bytes.length > maxBytes) {
    throw new LlmosError('PAYLOAD_TOO_LARGE', `'${field}' has ${bytes.length} bytes; at most ${maxBytes} are taken.`, {
      field,
    });
  }
  return bytes;
}

function decodeBase64(field: string, value: unknown, maxBytes: number): Uint8Array {
  if (typeof value !== 'string')
    throw new LlmosError('INVALID_ARGUMENT', `'${field}' must be base64 text or an upload.`, { field });
  const text = value.replace(/^data:[\w/+.;=-]{0,100},/, '').replace(/\s+/g, '');
  if (text.length > Math.ceil(maxBytes / 3) * 4) {
    throw new LlmosError('PAYLOAD_TOO_LARGE', `'${field}' is larger than the ${maxBytes} bytes that are taken.`, {
      field,
    });
  }
  if (text.length % 4 !== 0 || !BASE64.test(text)) {
    throw new LlmosError('INVALID_ARGUMENT', `'${field}' is not base64.`, { field });
  }
  return Buffer.from(text, 'base64');
}
