import { placeOf, utf8Fault } from './text-place.js';

describe('placeOf', () => {
  it.each([
    ['abc', 0, 'line 1, column 1'],
    ['a\nb', 2, 'line 2, column 1'],
    ['a\r\nbc', 4, 'line 2, column 2'],
    ['a\rb\n\nc', 5, 'line 4, column 1'],
    ['😀é x', 4, 'line 1, column 4'],
    ['ab', 2, 'line 1, column 3'],
  ])('counts lines and characters of %j up to %s: %s', (text, offset, place) =>
    expect(placeOf(text, offset)).toBe(place),
  );
});

describe('utf8Fault', () => {
  it.each([
    [Buffer.from([0x61, 0xff]), 1],
    [Buffer.concat([Buffer.from('é\ufffd\ufffdb'), Buffer.from([0xc3])]), 4],
    [Buffer.from([0xff, 0xef, 0xbf, 0xbd]), 0],
  ])('passes over replacement characters that were sent: %j', (bytes, at) =>
    expect(utf8Fault(bytes, bytes.toString())).toBe(at),
  );
});
