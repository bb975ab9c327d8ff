import { LlmosError, type Pipeline } from '@llmos/contracts';
import type { CloudEvent, EventData } from './cloud-event.js';

type Field = [name: string, spec: Pipeline['input'][string]];

/**
 * The input of a pipeline in the data of an event: the fields of an object, or the value of the one input that takes
 * such a value. That is the only required input, else `text` for text, else the only input of a suitable type.
 *
 * @throws LlmosError INVALID_ARGUMENT if the pipeline has no such input.
 */
export function inputOf(pipeline: Pipeline, data: EventData | undefined): Record<string, unknown> {
  if (data === undefined) return {};
  if ('json' in data) {
    const { json } = data;
    if (json === null) return {};
    if (typeof json === 'object' && !Array.isArray(json)) return json as Record<string, unknown>;
  }
  const [name, spec] = inputFor(pipeline, typesFor(data));
  return { [name]: valueFor(data, spec.type) };
}

/** Repeated deliveries of an event have the same key, so that they are one run. Both parts may have any character. */
export function keyOf({ source, id }: CloudEvent): string {
  return `event:${JSON.stringify([source, id])}`;
}

/** The types of inputs that can take the data. Bytes in JSON are a text: base64. */
function typesFor(data: EventData): readonly string[] {
  if (!('json' in data)) return 'text' in data ? ['string', 'id', 'bytes'] : ['bytes'];
  const { json } = data;
  if (Array.isArray(json)) return ['json'];
  if (typeof json === 'number') return ['number', 'id'];
  return typeof json === 'string' ? ['string', 'id', 'bytes'] : [typeof json];
}

function inputFor(pipeline: Pipeline, types: readonly string[]): Field {
  const all = Object.entries(pipeline.input);
  const required = all.filter(([, { required }]) => required);
  const suitable = (required.length > 0 ? required : all).filter(([, { type }]) => types.includes(type));
  const named = suitable.find(([name]) => name === 'text' && types.includes('string'));
  const found = required.length <= 1 && suitable.length === 1 ? suitable[0] : required.length === 0 ? named : undefined;
  if (found) return found;
  const names = all.map(([name]) => name).join(', ') || 'none';
  throw new LlmosError(
    'INVALID_ARGUMENT',
    `'${pipeline.name}' has no input that this data can be. Send an object with its inputs: ${names}.`,
    { field: 'data' },
  );
}

function valueFor(data: EventData, type: string): unknown {
  if ('json' in data) return data.json;
  const { contentType } = data;
  if ('text' in data && type !== 'bytes') return data.text;
  return Object.assign('text' in data ? Buffer.from(data.text) : data.bytes, { contentType });
}
