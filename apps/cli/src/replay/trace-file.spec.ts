import { parseTrace } from './trace-file.js';

const RATES = { prefill: 1_000, decode: 10 };

describe('A trace of requests', () => {
  it('is sorted and begins at 0', () => {
    expect(parseTrace('at,service\n12.5,1\n10,0.25\n', 'a.csv', RATES)).toEqual({
      arrivalsMs: [0, 2_500],
      servicesMs: [250, 1_000],
    });
  });

  it('turns the tokens of an Azure trace into work', () => {
    const text =
      'TIMESTAMP,ContextTokens,GeneratedTokens\r\n' +
      '2023-11-16 18:17:03.9799600,500,10\r\n2023-11-16 18:17:04.9799600,2000,1';
    expect(parseTrace(text, 'a.csv', RATES)).toEqual({ arrivalsMs: [0, 1_000], servicesMs: [1_500, 2_100] });
  });

  it.each([
    ['time,work\n1,2', "a.csv begins with 'time,work'"],
    ['at,service\n1,2\n3', "line 3 of a.csv is no request: '3'"],
    ['at,service\n1,-2', "line 2 of a.csv is no request: '1,-2'"],
    ['at,service\n', 'a.csv has no requests'],
  ])('refuses %j', (text, message) => {
    expect(() => parseTrace(text, 'a.csv', RATES)).toThrow(message);
  });
});
