import { LlmosError } from '@llmos/contracts';
import { asPart } from './caller-fields.js';

const failing = (field: string) => () =>
  Promise.reject(new LlmosError('INVALID_ARGUMENT', `'${field}' must be a text.`, { field }));

describe('asPart', () => {
  it.each([
    ['document', 'document.title', 'title', "'title' must be a text."],
    ['document', 'document', 'body', 'The body must be a text.'],
    ['items.0', 'items.0.tags.1', 'tags.1', "'tags.1' must be a text."],
    ['items', 'items.3.id', '3.id', "'3.id' must be a text."],
    ['items', 'itemsets.3', 'itemsets.3', "'itemsets.3' must be a text."],
    [undefined, 'items.3.id', 'items.3.id', "'items.3.id' must be a text."],
  ])('of %s names %s as %s', async (part, field, own, message) => {
    await expect(asPart(part, failing(field))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field: own, message });
  });

  it('leaves results and other errors as they are', async () => {
    expect(await asPart('items', () => Promise.resolve(5))).toBe(5);
    await expect(asPart('items', () => Promise.reject(new Error('other')))).rejects.toThrow('other');
  });
});
