import { codesBetween } from './code-ranges.js';

describe('codesBetween', () => {
  it.each([
    ['Postcode: WB10 to WB14', ['WB11', 'WB12', 'WB13']],
    ['faults F20–F22 and f7 - f9', ['F21', 'f8']],
    ['rooms A1 to B9, from 10 to 14, COVID19 to COVID21', []],
    ['W1 to W9000', []],
    ['Z9 to Z1', []],
  ])('of %j', (text, codes) => expect(codesBetween(text)).toEqual(codes));

  it('of a text of many ranges is bounded: each code is kept in the memory of every search', () => {
    const codes = codesBetween(Array.from({ length: 200 }, (_, n) => `A${n}01 to A${n}99`).join(', '));
    expect(codes).toHaveLength(2_000);
    expect(codes.slice(0, 2)).toEqual(['A2', 'A3']);
    expect(codesBetween('A1 to A9, A1 to A9')).toHaveLength(7);
  });
});
