import { LlmosError } from '@llmos/contracts';
import { MAX_CHANNELS } from './pcm-collector.js';

/** The content of a WAV file, checked against the bytes that were received. */
export interface WavFile {
  readonly formatTag: number;
  readonly channels: number;
  readonly sampleRate: number;
  readonly bitsPerSample: number;
  /** The samples, whole frames only. */
  readonly data: Uint8Array;
}

const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;
const FORMAT_CHUNK_BYTES = 16;
const EXTENSIBLE = 0xfffe;
const EXTENSIBLE_CHUNK_BYTES = 40;
/** Format tag → sample widths that are decoded: PCM, IEEE float, A-law, µ-law. */
const WIDTHS: Record<number, readonly number[]> = { 1: [8, 16, 24, 32], 3: [32, 64], 6: [8], 7: [8] };
/** Recorders that write to a pipe do not know the length: they write 0 or almost the largest value. */
const UNKNOWN_LENGTH_FROM = 0x7fff0000;

/**
 * Reads the header of a WAV file and checks every length against the bytes that were received.
 *
 * @throws LlmosError `INVALID_AUDIO`, or `UNSUPPORTED_MEDIA` for codecs other than PCM, float, A-law and µ-law.
 * @see Multimedia Programming Interface and Data Specifications 1.0 (RIFF WAVE)
 */
export function readWavFile(bytes: Uint8Array): WavFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: Omit<WavFile, 'data'> | undefined;
  for (let at = RIFF_HEADER_BYTES; at + CHUNK_HEADER_BYTES <= bytes.length;) {
    const id = view.getUint32(at, false);
    const sizeBytes = view.getUint32(at + 4, true);
    const body = at + CHUNK_HEADER_BYTES;
    if (id === 0x666d7420) format = readFormat(view, body, sizeBytes);
    if (id === 0x64617461) return { ...checkFormat(format), data: readData(bytes, body, sizeBytes, format) };
    // Chunks start at even offsets.
    at = body + sizeBytes + (sizeBytes % 2);
  }
  throw invalid('The WAV file ends before its samples: it is cut off or has none. Send the whole recording.');
}

/** A plain header for the samples, so that the decoder never reads the header that was sent. */
export function wavHeaderOf(file: WavFile): Uint8Array {
  const blockAlign = (file.channels * file.bitsPerSample) / 8;
  const header = new DataView(new ArrayBuffer(44));
  const words: readonly [number, number][] = [
    [0, 0x52494646],
    [8, 0x57415645],
    [12, 0x666d7420],
    [36, 0x64617461],
  ];
  for (const [at, word] of words) header.setUint32(at, word, false);
  header.setUint32(4, 36 + file.data.length, true);
  header.setUint32(16, FORMAT_CHUNK_BYTES, true);
  header.setUint16(20, file.formatTag, true);
  header.setUint16(22, file.channels, true);
  header.setUint32(24, file.sampleRate, true);
  header.setUint32(28, file.sampleRate * blockAlign, true);
  header.setUint16(32, blockAlign, true);
  header.setUint16(34, file.bitsPerSample, true);
  header.setUint32(40, file.data.length, true);
  return new Uint8Array(header.buffer);
}

function readFormat(view: DataView, at: number, sizeBytes: number): Omit<WavFile, 'data'> {
  if (sizeBytes < FORMAT_CHUNK_BYTES || at + FORMAT_CHUNK_BYTES > view.byteLength)
    throw invalid('The WAV header is cut off. Send the whole recording.');
  const tag = view.getUint16(at, true);
  const isExtensible =
    tag === EXTENSIBLE && sizeBytes >= EXTENSIBLE_CHUNK_BYTES && at + EXTENSIBLE_CHUNK_BYTES <= view.byteLength;
  return {
    formatTag: isExtensible ? view.getUint16(at + 24, true) : tag,
    channels: view.getUint16(at + 2, true),
    sampleRate: view.getUint32(at + 4, true),
    bitsPerSample: view.getUint16(at + 14, true),
  };
}

function checkFormat(format: Omit<WavFile, 'data'> | undefined): Omit<WavFile, 'data'> {
  if (!format)
    throw invalid('The WAV file does not declare how its samples are stored (no "fmt " chunk before "data").');
  const widths = WIDTHS[format.formatTag];
  if (!widths) {
    const codec = format.formatTag.toString(16);
    const message = `The WAV codec 0x${codec} is not supported. Save the recording as PCM, 16 bits.`;
    throw new LlmosError('UNSUPPORTED_MEDIA', message, { field: 'audio' });
  }
  if (!widths.includes(format.bitsPerSample))
    throw invalid(`The WAV header declares ${format.bitsPerSample} bits per sample, which its codec does not support.`);
  if (format.channels < 1 || format.channels > MAX_CHANNELS)
    throw invalid(`The WAV header declares ${format.channels} channels; 1 to ${MAX_CHANNELS} are supported.`);
  return format;
}

function readData(
  bytes: Uint8Array,
  at: number,
  declaredBytes: number,
  format: Omit<WavFile, 'data'> | undefined,
): Uint8Array {
  const { channels, bitsPerSample } = checkFormat(format);
  const frameBytes = (channels * bitsPerSample) / 8;
  const presentBytes = bytes.length - at;
  const isUnknown = declaredBytes >= UNKNOWN_LENGTH_FROM || (declaredBytes === 0 && presentBytes >= frameBytes);
  if (!isUnknown && declaredBytes > presentBytes) {
    throw invalid(
      `The WAV header declares ${declaredBytes} bytes of sound but ${presentBytes} were received: ` +
        'the file is cut off. Send the whole recording.',
    );
  }
  const sizeBytes = isUnknown ? presentBytes : declaredBytes;
  return bytes.subarray(at, at + sizeBytes - (sizeBytes % frameBytes));
}

function invalid(message: string): LlmosError {
  return new LlmosError('INVALID_AUDIO', message, { field: 'audio' });
}
