import type { Pipeline } from '@llmos/contracts';
import { parseJson } from '../http/json-body.js';

const NUMBER = /^\s*-?\d+(?:\.\d+)?\s*$/;
/** `on` is what browsers send for a ticked box. */
const FLAGS = new Map([
  ['true', true],
  ['on', true],
  ['false', false],
  ['off', false],
]);

/**
 * The fields of a form as values for the inputs of a pipeline: a form has only texts and files. What is no such value
 * stays a text, which `checkInput` refuses.
 *
 * @throws LlmosError MALFORMED_JSON naming the field whose text begins like a list or an object and is none.
 */
export function readTexts(
  { input }: Pick<Pipeline, 'input'>,
  fields: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const read = ([field, value]: [string, unknown]): [string, unknown] => [
    field,
    typeof value === 'string' && Object.hasOwn(input, field) ? valueOf(field, value, input[field]!.type) : value,
  ];
  return Object.fromEntries(Object.entries(fields).map(read));
}

function valueOf(field: string, text: string, type: Pipeline['input'][string]['type']): unknown {
  if (type === 'number') return NUMBER.test(text) ? Number(text) : text;
  if (type === 'boolean') return FLAGS.get(text.trim().toLowerCase()) ?? text;
  return type === 'json' && /^\s*[[{]/.test(text) ? parseJson(Buffer.from(text), { field }) : text;
}
