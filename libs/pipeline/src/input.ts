import { LlmosError, type Pipeline } from '@llmos/contracts';

/** The bytes of a file, with the content type that its sender declared, if any. */
export interface Upload extends Uint8Array {
  readonly contentType?: string;
}

// Tab, line feed, vertical tab, form feed and carriage return are white space; the other C0 and C1 codes are no text.
const isControl = (code: number) => code < 9 || (code > 13 && code < 32) || (code >= 127 && code < 160);

/**
 * Checks the fields of a request against the input of the pipeline.
 *
 * @param raw field → value; a `bytes` field may be a Uint8Array (see {@link Upload}), base64 text or a `data:` URL.
 * @returns the input, with `bytes` decoded.
 * @throws LlmosError INVALID_ARGUMENT or PAYLOAD_TOO_LARGE naming the field.
 */
export function checkInput(pipeline: Pipeline, raw: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const key of Object.keys(raw)) {
    if (!Object.hasOwn(pipeline.input, key)) {
      const known = Object.keys(pipeline.input).join(', ') || 'none';
      throw new LlmosError(
        'INVALID_ARGUMENT',
        `'${pipeline.name}' has no input with this name. Its inputs are: ${known}.`,
        {
          field: key.slice(0, 64),
        },
      );
    }
  }
  for (const [field, spec] of Object.entries(pipeline.input)) {
    const value = raw[field];
    if (value === undefined || value === null) {
      if (spec.required) throw new LlmosError('INVALID_ARGUMENT', `'${field}' is required.`, { field });
      continue;
    }
    switch (spec.type) {
      case 'string':
        input[field] = checkChoice(field, checkText(field, value, spec.maxLength), spec.values);
        break;
      case 'id':
        input[field] = checkText(field, idText(field, value), MAX_ID_LENGTH);
        break;
      case 'bytes':
        input[field] = checkBytes(field, value, spec.maxBytes);
        if (spec.contentType !== undefined) declareType(input, spec.contentType, declaredType(value));
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

/** Neither white space nor a character that nobody sees: zero-width spaces, the blanks of Hangul and Braille. */
const VISIBLE = /[^\s\p{Cf}\u115f\u1160\u2800\u3164\uffa0]/u;

function checkText(field: string, value: unknown, maxLength: number): string {
  if (typeof value !== 'string') throw new LlmosError('INVALID_ARGUMENT', `'${field}' must be text.`, { field });
  if (value.length > maxLength) {
    throw new LlmosError('PAYLOAD_TOO_LARGE', `'${field}' has ${value.length} characters; the limit is ${maxLength}.`, {
      field,
    });
  }
  if (!VISIBLE.test(value))
    throw new LlmosError('INVALID_ARGUMENT', `'${field}' is empty. Leave it out or send text.`, { field });
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

/** Above 2^53 different numbers of a JSON text become the same number, so they are no ids. */
function idText(field: string, value: unknown): unknown {
  // Rows with ids are read without the spaces around them.
  if (typeof value !== 'number') return typeof value === 'string' ? value.trim() : value;
  if (Number.isSafeInteger(value)) return String(value);
  throw new LlmosError('INVALID_ARGUMENT', `'${field}' must be a text, or a whole number below 2^53.`, { field });
}

function checkChoice(field: string, value: string, values: readonly string[] | undefined): string {
  if (values === undefined || values.includes(value)) return value;
  throw new LlmosError('INVALID_ARGUMENT', `'${field}' must be one of: ${values.join(', ')}.`, { field });
}

/** Sets the text input for the content type, unless the caller has. */
function declareType(input: Record<string, unknown>, field: string, contentType: string | undefined): void {
  if (contentType !== undefined) input[field] ??= checkText(field, contentType, MAX_TYPE_LENGTH);
}

function declaredType(value: unknown): string | undefined {
  if (value instanceof Uint8Array) return (value as Upload).contentType || undefined;
  const [, type] = typeof value === 'string' ? (DATA_URL.exec(value) ?? []) : [];
  return type?.replace(/;base64$/i, '') || undefined;
}

const MAX_ID_LENGTH = 128;
const MAX_TYPE_LENGTH = 200;
/** A data URL declares its content type, such as `audio/x-mulaw;rate=8000` (RFC 2397). */
const DATA_URL = /^data:([\w/+.;="-]{0,100}),/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

function checkBytes(field: string, value: unknown, maxBytes: number): Uint8Array {
  const bytes = value instanceof Uint8Array ? value : decodeBase64(field, value, maxBytes);
  if (bytes.length === 0) throw new LlmosError('INVALID_ARGUMENT', `'${field}' is empty.`, { field });
  if (bytes.length > maxBytes) {
    throw new LlmosError('PAYLOAD_TOO_LARGE', `'${field}' has ${bytes.length} bytes; the limit is ${maxBytes}.`, {
      field,
    });
  }
  return bytes;
}

function decodeBase64(field: string, value: unknown, maxBytes: number): Uint8Array {
  if (typeof value !== 'string')
    throw new LlmosError('INVALID_ARGUMENT', `'${field}' must be base64 text or an upload.`, { field });
  const text = value.replace(DATA_URL, '').replace(/\s+/g, '');
  if (text.length > Math.ceil(maxBytes / 3) * 4) {
    throw new LlmosError('PAYLOAD_TOO_LARGE', `'${field}' is larger than the limit of ${maxBytes} bytes.`, {
      field,
    });
  }
  if (text.length % 4 !== 0 || !BASE64.test(text)) {
    throw new LlmosError('INVALID_ARGUMENT', `'${field}' is not base64.`, { field });
  }
  return Buffer.from(text, 'base64');
}
