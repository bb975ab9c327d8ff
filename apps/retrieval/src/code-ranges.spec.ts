import { codesBetween } from './code-ranges.js';

describe('codesBetween', () => {
  it.each([
    ['Postcode: WB10 to WB14', ['WB11', 'WB12', 'WB13']],
    ['faults F20–F22 and f7 - f9', ['F21', 'f8']],
    ['rooms A1 to B9, from 10 to 14, COVID19 to COVID21', []],
    ['W1 to W9000', []],
    ['Z9 to Z1', []],
  ])('of %j', (text, codes) => expect(codesBetween(text)).toEqual(codes));
});
