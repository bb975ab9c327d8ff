import { decodeFrame, encodeFrame, headerOf } from './entry-frame.js';

describe('The frame of an entry', () => {
  const hash = 'a-_Z0123456789abcdefgh';

  it.each(['', hash])('keeps its header and any bytes, for the user "%s"', (userHash) => {
    const frame = { entryHash: hash, userHash, storedAtMs: 1_790_000_000_000 };
    const content = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const header = headerOf(frame);
    expect(decodeFrame(encodeFrame(header, content))).toEqual({ header, frame, content });
    expect(decodeFrame(encodeFrame(header, new Uint8Array()))?.content).toHaveLength(0);
  });

  it.each(['', '\n', 'x', `${hash}..1`, `${hash}.short.1\nx`, `${hash}..x\nx`, `${'y'.repeat(80)}\n`])(
    'is not read from foreign bytes: %p',
    (text) => {
      expect(decodeFrame(Buffer.from(text))).toBeUndefined();
    },
  );
});
