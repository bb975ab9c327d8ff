import { pipelineSchema } from '@llmos/contracts';
import type { EventData } from './cloud-event.js';
import { inputOf } from './event-input.js';

const input = (fields: object) => ({
  ...pipelineSchema.parse({ name: 'p', version: 1, steps: [{ id: 's', uses: 'a.b' }], result: '', input: fields }),
});
const oneText = input({ text: { type: 'string', required: true }, note: { type: 'string' } });
const twoTexts = input({ user: { type: 'string', required: true }, item: { type: 'string', required: true } });
const optional = input({ text: { type: 'string' }, id: { type: 'string' }, audio: { type: 'bytes' } });
const list = input({ rows: { type: 'json', required: true } });
const file = input({ file: { type: 'bytes', required: true }, format: { type: 'string' } });
const user = input({ user_id: { type: 'id', required: true }, reason: { type: 'string' } });
const limit = input({ limit: { type: 'number' }, after: { type: 'string' } });

describe('inputOf', () => {
  it.each<[string, typeof oneText, EventData | undefined, object]>([
    ['no data', oneText, undefined, {}],
    ['null', oneText, { json: null }, {}],
    ['an object', oneText, { json: { text: 'a' } }, { text: 'a' }],
    ['a text, for the only required input', oneText, { json: 'a' }, { text: 'a' }],
    ['a text, for the input `text`', optional, { json: 'a' }, { text: 'a' }],
    ['plain text', optional, { text: 'a', contentType: 'text/plain' }, { text: 'a' }],
    ['base64 in JSON', file, { json: 'UklGRg==' }, { file: 'UklGRg==' }],
    ['a list', list, { json: [1] }, { rows: [1] }],
    ['a number', limit, { json: 5 }, { limit: 5 }],
    ['a number, for an id', user, { json: 7 }, { user_id: 7 }],
    ['a text, for an id', user, { text: 'u7', contentType: 'text/plain' }, { user_id: 'u7' }],
  ])('takes %s', (_, pipeline, data, fields) => expect(inputOf(pipeline, data)).toEqual(fields));

  it('takes bytes and text for a file, with their type', () => {
    const bytes = Buffer.from('a,b');
    for (const data of [
      { bytes, contentType: 'text/csv' } as const,
      { text: 'a,b', contentType: 'text/csv' } as const,
    ]) {
      const taken = inputOf(file, data)['file'] as Buffer & { contentType: string };
      expect([String(taken), taken.contentType]).toEqual(['a,b', 'text/csv']);
    }
    expect(inputOf(optional, { bytes, contentType: 'audio/wav' })).toHaveProperty('audio');
  });

  it.each<[string, typeof oneText, EventData]>([
    ['a text for two required inputs', twoTexts, { json: 'a' }],
    ['a list for a text', oneText, { json: [] }],
    ['a number for a text', oneText, { json: 7 }],
    ['bytes for a text', oneText, { bytes: Buffer.from('a'), contentType: 'image/png' }],
    ['a text for a list', list, { json: 'a' }],
  ])('refuses %s', (_, pipeline, data) =>
    expect(() => inputOf(pipeline, data)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', field: 'data' })),
  );
});
