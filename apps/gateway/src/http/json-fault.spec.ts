import { LINEAR, timeGrowth } from '@llmos/testing';
import fc from 'fast-check';
import { jsonFault } from './json-fault.js';

const isJson = (text: string) => {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
};

describe('jsonFault', () => {
  it.each([
    ['{"a":1}', undefined],
    [' [ 1 , -0.5e+3, "\\u00e9\\n", true, null, {} ] ', undefined],
    ['', 0],
    ['{"name": secret}', 9],
    ['{"a":1', 6],
    ['{"a":1,}', 7],
    ['{"a" 1}', 5],
    ["{'a':1}", 1],
    ['{"a":1} x', 8],
    ['[1,]', 3],
    ['[01]', 2],
    ['[1.]', 3],
    ['[-]', 2],
    ['[1e]', 3],
    ['[nul]', 4],
    ['[trve]', 3],
    ['"a\nb"', 2],
    ['"\\x"', 2],
    ['"\\u12g4"', 5],
    ['"a', 2],
    ['NaN', 1],
    ['Infinity', 0],
  ])('finds in %j the fault at %s', (text, at) => {
    expect(isJson(text)).toBe(at === undefined);
    if (text !== 'NaN') expect(jsonFault(text)).toBe(at);
  });

  it('finds a fault where, and only where, JSON.parse does', () => {
    const damaged = fc
      .tuple(
        fc.json({ maxDepth: 5 }),
        fc.nat(),
        fc.constantFrom('', ',', '"', '}', ']', ':', '\\', '0', 'e', 'x', '\n', ' '),
      )
      .map(
        ([text, at, piece]) => text.slice(0, at % (text.length + 1)) + piece + text.slice((at % (text.length + 1)) + 1),
      );
    fc.assert(
      fc.property(fc.oneof(damaged, fc.json(), fc.string()), (text) => {
        const at = jsonFault(text);
        expect(at === undefined).toBe(isJson(text));
        // What stands before the fault can be the start of JSON: it has no fault before its end.
        if (at !== undefined) expect(jsonFault(text.slice(0, at)) ?? at).toBe(at);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each(['"', '1', ' ', '\\', '"a",', '[],', '{"a":1},', '\\u0041', '\n'])('takes linear time for %j', (piece) => {
    const growth = timeGrowth((size) => jsonFault(`["${piece.repeat(size / piece.length)}`), 8_000_000);
    expect(growth).toBeLessThan(LINEAR);
    expect(timeGrowth((size) => jsonFault(`[${piece.repeat(size / piece.length)}`), 8_000_000)).toBeLessThan(LINEAR);
  });
});
