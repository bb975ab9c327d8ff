import { decodeText, isJsonType, parseMediaType } from './media-type.js';

describe('parseMediaType', () => {
  it.each([
    ['application/json', { name: 'application/json', charset: undefined }],
    ['Application/CloudEvents+JSON ; Charset="UTF-8"', { name: 'application/cloudevents+json', charset: 'UTF-8' }],
    ["text/csv;charset='utf-8'", { name: 'text/csv', charset: 'utf-8' }],
    ['text/plain; charset=""', { name: 'text/plain', charset: undefined }],
    ['json', undefined],
    ['', undefined],
  ])('reads %j', (text, type) => expect(parseMediaType(text)).toEqual(type));
});

describe('isJsonType', () => {
  it.each([
    ['application/json', true],
    ['text/json', true],
    ['application/vnd.shop+json', true],
    ['application/x-ndjson', false],
    ['application/jsonl', false],
  ])('of %s is %s', (name, isJson) => expect(isJsonType({ name, charset: undefined })).toBe(isJson));
});

describe('decodeText', () => {
  it('decodes a charset, and tells text that is not in it from a charset that is not known', () => {
    expect(decodeText(Buffer.from([0xe9]), 'iso-8859-1', 'body')).toBe('é');
    expect(decodeText(Buffer.from([0xe9]), 'utf-8', 'body')).toBeUndefined();
    expect(() => decodeText(Buffer.from('a'), 'klingon', 'content-type')).toThrow(
      expect.objectContaining({ code: 'UNSUPPORTED_MEDIA', field: 'content-type' }),
    );
  });
});
