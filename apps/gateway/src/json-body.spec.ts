import fc from 'fast-check';
import { parseJson } from './json-body.js';

describe('parseJson', () => {
  it('reads what JSON.parse reads, within 64 levels', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 20 }), (text) => expect(parseJson(Buffer.from(text))).toEqual(JSON.parse(text))),
    );
  });

  it.each(['', '{', '[1,]', 'nul', '"\\', '{"a":"\\"}', '\u{feff}x'])('refuses %j as malformed', (text) => {
    expect(() => parseJson(Buffer.from(text))).toThrow(
      expect.objectContaining({ code: 'MALFORMED_JSON', field: 'body' }),
    );
  });

  it('refuses invalid UTF-8', () => {
    expect(() => parseJson(Buffer.from([0x22, 0xff, 0x22]))).toThrow(
      expect.objectContaining({ code: 'MALFORMED_JSON' }),
    );
  });

  it('counts the nesting before parsing, and not inside texts', () => {
    expect(() => parseJson(Buffer.from('['.repeat(10_000) + ']'.repeat(10_000)))).toThrow(/64 levels/);
    expect(() => parseJson(Buffer.from('{"a":'.repeat(10_000)))).toThrow(/64 levels/);
    expect(parseJson(Buffer.from(JSON.stringify('\\"[['.repeat(100))))).toBe('\\"[['.repeat(100));
  });
});
