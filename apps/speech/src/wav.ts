const HEADER_BYTES = 44;
const BYTES_PER_SAMPLE = 2;

/** A WAV file of samples of 16 bit, one channel. */
export function wavOf(parts: readonly Int16Array[], sampleRate: number): Uint8Array<ArrayBuffer> {
  const dataBytes = lengthOf(parts) * BYTES_PER_SAMPLE;
  const file = Buffer.alloc(HEADER_BYTES + dataBytes);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(HEADER_BYTES - 8 + dataBytes, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(sampleRate, 24);
  file.writeUInt32LE(sampleRate * BYTES_PER_SAMPLE, 28);
  file.writeUInt16LE(BYTES_PER_SAMPLE, 32);
  file.writeUInt16LE(8 * BYTES_PER_SAMPLE, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(dataBytes, 40);
  let at = HEADER_BYTES;
  for (const part of parts) for (const sample of part) at = file.writeInt16LE(sample, at);
  return new Uint8Array(file.buffer as ArrayBuffer, file.byteOffset, file.length);
}

/** The duration of samples, rounded to milliseconds. */
export function secondsOf(parts: readonly Int16Array[], sampleRate: number): number {
  return Math.round((lengthOf(parts) / sampleRate) * 1_000) / 1_000;
}

function lengthOf(parts: readonly Int16Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}
