import { toJson } from './json.js';

describe('toJson', () => {
  it('writes every Uint8Array and Buffer as base64, wherever it stands', () => {
    const value = { audio: new Uint8Array([1, 2, 255]), more: [{ picture: Buffer.from('hi') }, 'text', null] };
    expect(JSON.parse(toJson(value))).toEqual({
      audio: { $bytes: 'AQL/' },
      more: [{ picture: { $bytes: 'aGk=' } }, 'text', null],
    });
  });

  it('writes a view of a larger buffer, and bytes alone', () => {
    expect(toJson(new Uint8Array([1, 2, 3, 4]).subarray(1, 3))).toBe('{"$bytes":"AgM="}');
  });

  it('writes values without bytes as JSON.stringify does', () => {
    const value = { at: new Date(0), text: 'ü', list: [1, undefined], none: undefined };
    expect(toJson(value)).toBe(JSON.stringify(value));
  });
});
