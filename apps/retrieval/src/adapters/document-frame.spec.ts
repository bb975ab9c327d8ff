import fc from 'fast-check';
import { decodeDocument, encodeDocument } from './document-frame.js';

const document = fc.record({
  title: fc.string({ unit: 'grapheme' }),
  text: fc.string({ unit: 'grapheme' }),
  intents: fc.array(fc.string()),
  source: fc.constantFrom('caller' as const, 'folder' as const),
  hash: fc.string(),
  embedding: fc.string(),
  vectors: fc.array(fc.float32Array({ minLength: 3, maxLength: 3, noNaN: true })),
  tokens: fc.array(fc.int8Array()),
});

describe('The document frame', () => {
  it('decodes to the document that was encoded', () => {
    fc.assert(fc.property(document, (value) => expect(decodeDocument(encodeDocument(value))).toEqual(value)));
  });

  it('refuses bytes that are not a complete document', () => {
    fc.assert(
      fc.property(document, fc.nat(), (value, at) => {
        const frame = encodeDocument(value);
        expect(() => decodeDocument(frame.subarray(0, at % frame.length))).toThrow(/cannot be read/);
      }),
    );
    fc.assert(fc.property(fc.uint8Array(), (bytes) => expect(() => decodeDocument(bytes)).toThrow(/cannot be read/)));
  });
});
