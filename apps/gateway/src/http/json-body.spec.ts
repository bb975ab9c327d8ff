import { threadMsOf } from '@llmos/testing';
import fc from 'fast-check';
import { parseJson } from './json-body.js';

describe('parseJson', () => {
  it('parses the same as JSON.parse, within 64 levels', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 20 }), (text) => expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text))),
    );
  });

  it.each(['', '{', '[1,]', 'nul', '"\\', '{"a":"\\"}', '\u{feff}x'])('refuses %j because it is malformed', (text) => {
    expect(() => parseJson(Buffer.from(text))).toThrow(
      expect.objectContaining({ code: 'MALFORMED_JSON', field: 'body' }),
    );
  });

  it('refuses invalid UTF-8', () => {
    expect(() => parseJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow(
      expect.objectContaining({ code: 'MALFORMED_JSON' }),
    );
  });

  it('counts levels before it parses, and not inside strings', () => {
    expect(() => parseJson(Buffer.from('['.repeat(10_000) + ']'.repeat(10_000)))).toThrow(/64 levels/);
    expect(() => parseJson(Buffer.from('{"a":'.repeat(10_000)))).toThrow(/64 levels/);
    expect(parseJson(Buffer.from(JSON.stringify('\\"[['.repeat(100))))).toBe('\\"[['.repeat(100));
  });

  it('counts elements before it parses, and not inside strings', () => {
    const list = (elements: number) => Buffer.from(`[${'1,'.repeat(elements - 1)}1]`);
    expect(parseJson(list(1_000_000))).toHaveLength(1_000_000);
    for (const hostile of [list(1_000_001), Buffer.from(`[${'{},'.repeat(500_001)}{}]`)])
      expect(() => parseJson(hostile)).toThrow(
        expect.objectContaining({
          code: 'MALFORMED_JSON',
          field: 'body',
          message: expect.stringContaining('1000000') as string,
        }),
      );
    expect(parseJson(Buffer.from(JSON.stringify(',[{'.repeat(1_000_000))))).toHaveLength(3_000_000);
  });

  it('refuses 39 MB of elements in well under the time that parsing takes', () => {
    const body = Buffer.from(`[${'[],'.repeat(13_000_000)}[]]`);
    const parsing = threadMsOf(() => void JSON.parse(body.toString()));
    expect(threadMsOf(() => expect(() => parseJson(body)).toThrow(/elements/))).toBeLessThan(parsing / 2);
  });
});
