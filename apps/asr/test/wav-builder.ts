/** The storage of the samples of a test's WAV. */
export interface WavLayout {
  readonly sampleRate?: number;
  readonly channels?: number;
  readonly bits?: 8 | 16 | 24 | 32 | 64;
  readonly float?: boolean;
  /** The size of the samples in the header, if it is to be wrong. */
  readonly declaredBytes?: number;
  readonly formatTag?: number;
  /** A chunk before the format, as some editors write. */
  readonly leadingChunk?: Uint8Array;
}

/** Makes a WAV file of mono samples (-1 to 1), the same in every channel. */
export function buildWav(mono: ArrayLike<number>, layout: WavLayout = {}): Uint8Array<ArrayBuffer> {
  const { sampleRate = 16_000, channels = 1, bits = 16, float = false, leadingChunk } = layout;
  const frameBytes = (channels * bits) / 8;
  const extraBytes = leadingChunk ? 8 + leadingChunk.length + (leadingChunk.length % 2) : 0;
  const file = new DataView(new ArrayBuffer(44 + extraBytes + mono.length * frameBytes));
  const text = (at: number, letters: string) =>
    [...letters].forEach((letter, i) => file.setUint8(at + i, letter.charCodeAt(0)));
  text(0, 'RIFF');
  file.setUint32(4, file.byteLength - 8, true);
  text(8, 'WAVE');
  if (leadingChunk) {
    text(12, 'JUNK');
    file.setUint32(16, leadingChunk.length, true);
    new Uint8Array(file.buffer).set(leadingChunk, 20);
  }
  const at = 12 + extraBytes;
  text(at, 'fmt ');
  file.setUint32(at + 4, 16, true);
  file.setUint16(at + 8, layout.formatTag ?? (float ? 3 : 1), true);
  file.setUint16(at + 10, channels, true);
  file.setUint32(at + 12, sampleRate, true);
  file.setUint32(at + 16, sampleRate * frameBytes, true);
  file.setUint16(at + 20, frameBytes, true);
  file.setUint16(at + 22, bits, true);
  text(at + 24, 'data');
  file.setUint32(at + 28, layout.declaredBytes ?? mono.length * frameBytes, true);
  for (let frame = 0; frame < mono.length; frame += 1) {
    for (let channel = 0; channel < channels; channel += 1) {
      writeSample(file, at + 32 + frame * frameBytes + (channel * bits) / 8, mono[frame] as number, bits, float);
    }
  }
  return new Uint8Array(file.buffer);
}

/** A tone of amplitude 0.5. */
export function tone(seconds: number, sampleRate = 16_000, hertz = 440): Float32Array {
  return Float32Array.from(
    { length: Math.round(seconds * sampleRate) },
    (_, i) => 0.5 * Math.sin((2 * Math.PI * hertz * i) / sampleRate),
  );
}

/** White noise, the same in each test run. */
export function noise(seconds: number, amplitude = 0.3): Float32Array {
  let state = 12_345;
  return Float32Array.from({ length: Math.round(seconds * 16_000) }, () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return amplitude * (state / 0x3fffffff - 1);
  });
}

function writeSample(file: DataView, at: number, sample: number, bits: number, float: boolean): void {
  const scaled = Math.round(sample * (2 ** (bits - 1) - 1));
  if (float && bits === 64) file.setFloat64(at, sample, true);
  else if (float) file.setFloat32(at, sample, true);
  else if (bits === 8) file.setUint8(at, scaled + 128);
  else if (bits === 16) file.setInt16(at, scaled, true);
  else if (bits === 32) file.setInt32(at, scaled, true);
  else {
    file.setUint16(at, scaled & 0xffff, true);
    file.setInt8(at + 2, scaled >> 16);
  }
}
