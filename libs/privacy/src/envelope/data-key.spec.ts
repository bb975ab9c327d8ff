import fc from 'fast-check';
import { DataKey } from './data-key.js';
import { decodeSealed, decodeSealedText, encodeSealed, encodeSealedText, isSealed } from './sealed-format.js';

const REFUSED = expect.objectContaining({
  code: 'INVALID_ARGUMENT',
  message: 'The sealed value cannot be opened here.',
  field: 'sealed',
});

function makeKey(tenant = 'acme', version = 1, bytes = DataKey.newBytes()): DataKey {
  const key = new DataKey(tenant, version, bytes);
  key.allowMessages(10_000);
  return key;
}

describe('a data key', () => {
  const bytes = DataKey.newBytes();
  const key = makeKey('acme', 1, bytes);
  const plain = Buffer.from('what nobody else may read');
  const binding = { purpose: 'note', aad: 'run-1' };

  it('opens the values that it sealed, in both forms', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2_000 }), fc.string(), fc.string(), (text, purpose, aad) => {
        const sealed = key.seal({ purpose, aad }, text);
        expect(Buffer.from(key.open({ purpose, aad }, decodeSealed(encodeSealed(sealed))))).toEqual(Buffer.from(text));
        expect(Buffer.from(key.open({ purpose, aad }, decodeSealedText(encodeSealedText(sealed))))).toEqual(
          Buffer.from(text),
        );
      }),
    );
  });

  it('gives the same error for tampering, another purpose, tenant, version and run', () => {
    const sealed = key.seal(binding, plain);
    const tampered = { ...sealed, body: Uint8Array.from(sealed.body, (byte, at) => (at === 20 ? byte ^ 1 : byte)) };
    expect(() => key.open(binding, tampered)).toThrow(REFUSED);
    expect(() => key.open({ ...binding, purpose: 'other' }, sealed)).toThrow(REFUSED);
    expect(() => key.open({ ...binding, aad: 'run-2' }, sealed)).toThrow(REFUSED);
    expect(() => makeKey('other', 1, bytes).open(binding, sealed)).toThrow(REFUSED);
    expect(() => makeKey('acme', 2, bytes).open(binding, { ...sealed, keyVersion: 2 })).toThrow(REFUSED);
    expect(() => makeKey().open(binding, sealed)).toThrow(REFUSED);
  });

  it('distinguishes bindings whose parts concatenate to the same text', () => {
    const sealed = key.seal({ purpose: 'ab', aad: 'c' }, plain);
    expect(() => key.open({ purpose: 'a', aad: 'bc' }, sealed)).toThrow(REFUSED);
  });

  it('uses each nonce once, and hides equal texts', () => {
    const nonces = new Set(
      Array.from({ length: 2_000 }, () => Buffer.from(key.seal(binding, plain).body.subarray(0, 12)).toString('hex')),
    );
    expect(nonces.size).toBe(2_000);
  });

  it('seals only as many values as were allowed', () => {
    const counted = new DataKey('acme', 1, bytes);
    expect(() => counted.seal(binding, plain)).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
    counted.allowMessages(1);
    counted.seal(binding, plain);
    expect(counted.messagesLeft).toBe(0);
    expect(() => counted.seal(binding, plain)).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
  });

  it('neither seals nor opens after it was destroyed', () => {
    const doomed = makeKey();
    const sealed = doomed.seal(binding, plain);
    doomed.destroy();
    expect(() => doomed.open(binding, sealed)).toThrow(REFUSED);
    expect(() => doomed.seal(binding, plain)).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
  });

  it('refuses a key that does not have 32 bytes', () => {
    expect(() => new DataKey('acme', 1, Buffer.alloc(16))).toThrow('32 bytes');
  });
});

describe('the text and binary forms of a sealed value', () => {
  it('are refused when malformed, always with the same message', () => {
    fc.assert(
      fc.property(fc.string(), fc.uint8Array({ maxLength: 100 }), (text, bytes) => {
        expect(() => decodeSealedText(text)).toThrow(REFUSED);
        expect(() => decodeSealed(bytes)).toThrow(REFUSED);
        expect(() => decodeSealed(Buffer.concat([Buffer.from('ff4c5301', 'hex'), bytes.subarray(0, 30)]))).toThrow(
          REFUSED,
        );
      }),
    );
  });

  it('have exactly one text for each value', () => {
    const text = encodeSealedText({ keyVersion: 7, body: Buffer.alloc(29) });
    expect(decodeSealedText(text).keyVersion).toBe(7);
    for (const other of [
      `${text}=`,
      text.replace('v1.7', 'v1.07'),
      text.replace('v1', 'v2'),
      `${text.slice(0, -1)}B`,
      `${text} `,
    ])
      expect(() => decodeSealedText(other)).toThrow(REFUSED);
  });

  it('cannot be mistaken for JSON or text', () => {
    expect(isSealed(encodeSealed({ keyVersion: 1, body: Buffer.alloc(28) }))).toBe(true);
    expect(isSealed(Buffer.from('{"run":1}'))).toBe(false);
    expect(isSealed(Buffer.alloc(0))).toBe(false);
  });
});
