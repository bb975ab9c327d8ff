import fc from 'fast-check';
import { encodeSafetensors, Safetensors } from './safetensors.js';

/** A file as another program writes it: no order by width, metadata, one float16 tensor. */
function fileOf(header: object, numbers: Uint8Array): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, numbers]);
}

describe('Safetensors', () => {
  it('gives back the tensors that were encoded, whatever their types and lengths', () => {
    const tensor = fc
      .oneof(
        fc.float32Array({ maxLength: 20 }),
        fc.int32Array({ maxLength: 20 }),
        fc.int16Array({ maxLength: 20 }),
        fc.int8Array({ maxLength: 20 }),
        fc.uint8Array({ maxLength: 20 }),
      )
      .map((data) => ({ shape: [data.length], data }));
    const named = fc.dictionary(
      fc.string({ minLength: 1, maxLength: 8 }).filter((name) => !name.startsWith('__')),
      tensor,
    );
    fc.assert(
      fc.property(named, (tensors) => {
        const decoded = Safetensors.decode(encodeSafetensors(tensors, { made: 'here' }));
        expect(decoded.metadata).toEqual({ made: 'here' });
        expect([...decoded.tensors.keys()].sort()).toEqual(Object.keys(tensors).sort());
        for (const [name, { shape, data }] of Object.entries(tensors)) {
          expect(decoded.tensors.get(name)?.shape).toEqual(shape);
          expect([...(decoded.tensors.get(name)?.data ?? [])]).toEqual([...data]);
        }
      }),
    );
  });

  it('reads the files of other programs, and float16 numbers as float32', () => {
    const numbers = Buffer.concat([Uint8Array.of(7), new Uint8Array(Uint16Array.of(0x3c00, 0xc000, 0x0001).buffer)]);
    const header = {
      __metadata__: { format: 'pt' },
      codes: { dtype: 'U8', shape: [1], data_offsets: [0, 1] },
      halves: { dtype: 'F16', shape: [1, 3], data_offsets: [1, 7] },
    };
    const decoded = Safetensors.decode(fileOf(header, numbers));
    expect(decoded.metadata).toEqual({ format: 'pt' });
    expect(decoded.get('halves', Float32Array)).toEqual(Float32Array.of(1, -2, 2 ** -24));
    expect(decoded.tensors.get('halves')?.shape).toEqual([1, 3]);
  });

  it('refuses a tensor that is missing, of another type, cut or of an unknown type', () => {
    const file = encodeSafetensors({ bias: { shape: [2], data: Float32Array.of(1, 2) } });
    expect(() => Safetensors.decode(file).get('scale', Float32Array)).toThrow("no tensor 'scale' of type Float32Array");
    expect(() => Safetensors.decode(file).get('bias', Int8Array)).toThrow("no tensor 'bias' of type Int8Array");
    for (let length = 0; length < file.length; length++)
      expect(() => Safetensors.decode(file.subarray(0, length))).toThrow(/cut|shorter than its header/);
    const strange = fileOf({ x: { dtype: 'BF16', shape: [1], data_offsets: [0, 2] } }, new Uint8Array(2));
    expect(() => Safetensors.decode(strange)).toThrow('the type BF16, which is not supported');
  });
});
