import { withLowRankUpdate } from './low-rank-update.js';
import { encodeSafetensors } from '../heads/safetensors.js';

const field = (number: number, content: Uint8Array) =>
  Buffer.concat([Uint8Array.of(number * 8 + 2, content.length), content]);
const tensor = (name: string, data: Uint8Array) =>
  field(5, Buffer.concat([field(8, Buffer.from(name)), field(9, data)]));

/** A model with one matrix [[1, 2], [3, 4]] / 2 of int8 codes, one scale a column. */
const model = () =>
  field(
    7,
    Buffer.concat([
      tensor('w_q', Uint8Array.of(1, 2, 3, 4)),
      tensor('w_scale', new Uint8Array(Float32Array.of(0.5, 0.5).buffer)),
    ]),
  );

/** A = [1, 0]ᵀ and B = [2, -2]: adds (2, -2) to the first row. */
function update(columns = 2): Buffer {
  return encodeSafetensors({
    'w.down': { shape: [2, 1], data: Float32Array.of(1, 0) },
    'w.up': { shape: [1, columns], data: Float32Array.of(2, -2, 0).subarray(0, columns) },
  });
}

describe('withLowRankUpdate', () => {
  it('adds A·B to the matrix and rounds again, with a scale per column', () => {
    const bytes = withLowRankUpdate(model(), update());
    const text = Buffer.from(bytes);
    const codes = new Int8Array(text.subarray(text.indexOf('w_q') + 5, text.indexOf('w_q') + 9));
    const at = text.indexOf('w_scale') + 9;
    const scales = [text.readFloatLE(at), text.readFloatLE(at + 4)];
    const weights = Array.from(codes, (code, n) => code * (scales[n % 2] ?? 0));
    [2.5, -1, 1.5, 2].forEach((expected, n) => expect(weights[n]).toBeCloseTo(expected, 1));
  });

  it.each([
    ['is no safetensors file', Buffer.from('nonsense')],
    ['is cut', update().subarray(0, -2)],
    ['is for another shape', update(3)],
  ])('refuses an update that %s', (_, bytes) => {
    expect(() => withLowRankUpdate(model(), bytes)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});
