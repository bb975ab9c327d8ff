import { LlmosError } from '@llmos/contracts';
import fc from 'fast-check';
import { decodeBody, encodeBody, FRAME_TYPE, JSON_TYPE } from './frame.js';

const roundTrip = (value: unknown) => {
  const { contentType, body } = encodeBody(value);
  return decodeBody(contentType, body);
};

describe('encodeBody', () => {
  it('encodes a value without bytes as JSON', () => {
    expect(encodeBody({ a: 1 }).contentType).toBe(JSON_TYPE);
  });

  it('keeps bytes unchanged', () => {
    const value = {
      input: { audio: new Uint8Array([1, 2, 3]), text: 'ü' },
      more: [new Uint8Array(), new Uint8Array([255])],
    };
    expect(encodeBody(value).contentType).toBe(FRAME_TYPE);
    expect(roundTrip(value)).toEqual(value);
  });

  it('encodes a Buffer as bytes, not as a list of numbers', () => {
    expect(roundTrip({ audio: Buffer.from([1, 2]) })).toEqual({ audio: new Uint8Array([1, 2]) });
    expect(encodeBody({ audio: Buffer.alloc(1_000) }).body.length).toBeLessThan(1_100);
  });

  it('is reversed by decodeBody for any bytes and any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.uint8Array({ maxLength: 100 })), (text, arrays) => {
        expect(roundTrip({ text, arrays })).toEqual({ text, arrays });
      }),
    );
  });

  it('produces bodies that decodeBody rejects if they are cut off or altered', () => {
    const { body } = encodeBody({ audio: new Uint8Array(50), text: 'hello' });
    for (let length = 0; length < body.length; length++) {
      expect(() => decodeBody(FRAME_TYPE, body.subarray(0, length))).toThrow(LlmosError);
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(FRAME_TYPE, JSON_TYPE), (bytes, type) => {
        try {
          decodeBody(type, bytes);
        } catch (error) {
          expect(error).toMatchObject({ code: 'MALFORMED_EVENT' });
        }
      }),
    );
  });
});
