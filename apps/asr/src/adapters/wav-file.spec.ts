import { buildWav, tone } from '../../test/wav-builder.js';
import { readWavFile } from './wav-file.js';

const half = tone(0.5);

describe('readWavFile', () => {
  it('finds the samples after a chunk of odd length', () => {
    const file = readWavFile(buildWav(half, { leadingChunk: Uint8Array.of(1, 2, 3) }));
    expect(file).toMatchObject({ channels: 1, sampleRate: 16_000, bitsPerSample: 16 });
    expect(file.data).toHaveLength(half.length * 2);
  });

  it.each([0, 0x7ffff000, 0xffffffff])('treats a length of %i as unknown and reads to the end', (declaredBytes) => {
    expect(readWavFile(buildWav(half, { declaredBytes })).data).toHaveLength(half.length * 2);
  });

  it('ignores bytes after the declared samples', () => {
    expect(readWavFile(buildWav(half, { declaredBytes: 1_001 })).data).toHaveLength(1_000);
  });

  it('refuses a header that declares more bytes than were received, naming both numbers', () => {
    const read = () => readWavFile(buildWav(half, { declaredBytes: 1_000_000 }));
    expect(read).toThrow(/declares 1000000 bytes of sound but 16000 were received/);
    expect(read).toThrow(expect.objectContaining({ code: 'INVALID_AUDIO', field: 'audio' }));
  });

  it.each([
    ['no channels', 0, 16, /0 channels/],
    ['too many channels', 9, 16, /9 channels/],
    ['bits that its codec does not support', 1, 64, /64 bits/],
  ] as const)('refuses %s', (_, channels, bits, message) => {
    const samples = new Float32Array(channels === 0 ? 0 : 4);
    expect(() => readWavFile(buildWav(samples, { channels, bits }))).toThrow(message);
  });

  it('refuses other codecs as unsupported', () => {
    const read = () => readWavFile(buildWav(half, { formatTag: 0x11 }));
    expect(read).toThrow(expect.objectContaining({ code: 'UNSUPPORTED_MEDIA' }));
  });

  it('refuses a file that ends in its header', () => {
    const wav = buildWav(half);
    for (const length of [12, 19, 30, 36, 43])
      expect(() => readWavFile(wav.slice(0, length))).toThrow(/cut off|ends before/);
  });
});
