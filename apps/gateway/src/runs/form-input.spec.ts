import { pipelineSchema } from '@llmos/contracts';
import { readTexts } from './form-input.js';

const pipeline = pipelineSchema.parse({
  name: 'p',
  version: 1,
  input: {
    text: { type: 'string' },
    user_id: { type: 'id' },
    limit: { type: 'number' },
    fresh: { type: 'boolean' },
    items: { type: 'json' },
  },
  steps: [{ id: 's', uses: 'a.b' }],
  result: '',
});

describe('the texts of a form', () => {
  it.each([
    [{ limit: '3' }, { limit: 3 }],
    [{ limit: ' -2.5 ' }, { limit: -2.5 }],
    [{ limit: '1e3' }, { limit: '1e3' }],
    [{ limit: 'many' }, { limit: 'many' }],
    [{ fresh: 'on' }, { fresh: true }],
    [{ fresh: 'False' }, { fresh: false }],
    [{ fresh: 'constructor' }, { fresh: 'constructor' }],
    [{ items: '["a", 7]' }, { items: ['a', 7] }],
    [{ items: 'a' }, { items: 'a' }],
    [{ items: '007' }, { items: '007' }],
    [
      { text: '3', user_id: '007' },
      { text: '3', user_id: '007' },
    ],
    [
      { other: '3', constructor: '3' },
      { other: '3', constructor: '3' },
    ],
  ])('%j are the values %j', (sent, values) => expect(readTexts(pipeline, sent)).toEqual(values));

  it('that begin like JSON and are none are refused by their field', () => {
    const message = expect.stringMatching(/^'items' is not JSON: .*column 2\.$/) as string;
    const malformed = expect.objectContaining({ code: 'MALFORMED_JSON', field: 'items', message }) as Error;
    expect(() => readTexts(pipeline, { items: '[kettle]' })).toThrow(malformed);
  });
});
