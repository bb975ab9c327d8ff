import type { FfmpegInput } from './ffmpeg.js';

/** A format of recordings: how to call it, and how FFmpeg reads it. */
export interface AudioFormat extends FfmpegInput {
  readonly name: string;
}

interface Magic extends AudioFormat {
  /** The first bytes, or those at `at`. */
  readonly marks: readonly { readonly at: number; readonly text: string }[];
}

const FORMATS: readonly Magic[] = [
  ...['RIFF', 'RIFX', 'RF64', 'BW64'].map((text) => magic('WAV', 'wav', [0, text], [8, 'WAVE'])),
  magic('Wave64', 'w64', [0, 'riff\x2e\x91\xcf\x11\xa5\xd6\x28\xdb']),
  magic('FLAC', 'flac', [0, 'fLaC']),
  magic('Ogg', 'ogg', [0, 'OggS']),
  magic('WebM or Matroska', 'matroska', [0, '\x1aE\xdf\xa3']),
  ...['ftyp', 'moov', 'mdat', 'styp', 'moof', 'wide'].map((text) => magic('MP4', 'mov', [4, text])),
  magic('CAF', 'caf', [0, 'caff']),
  ...['AIFF', 'AIFC'].map((text) => magic('AIFF', 'aiff', [0, 'FORM'], [8, text])),
  magic('AU', 'au', [0, '.snd']),
  magic('AMR', 'amr', [0, '#!AMR']),
];

/**
 * Detects the format by magic bytes, because file names and content types are unreliable. FFmpeg detects further
 * formats: they are undefined here, as are recordings without a header.
 */
export function sniffFormat(bytes: Uint8Array): AudioFormat | undefined {
  return FORMATS.find(({ marks }) => marks.every(({ at, text }) => hasText(bytes, at, text)));
}

const MP3: AudioFormat = { name: 'MP3', demuxer: 'mp3', options: '' };
const AAC: AudioFormat = { name: 'AAC', demuxer: 'aac', options: '' };
const ID3_HEADER_BYTES = 10;

/**
 * The format of a stream of MPEG frames, perhaps after an ID3 tag. Without a tag two bytes decide, so other data may
 * look the same: ask this last.
 *
 * @see ISO 11172-3, 2.4.1.3 (MP3), ISO 14496-3, 1.A.3.2 (ADTS), and ID3v2.4, section 3.1
 */
export function sniffFrames(bytes: Uint8Array): AudioFormat | undefined {
  if (!hasText(bytes, 0, 'ID3')) return sniffFrame(bytes);
  const size = bytes.subarray(6, ID3_HEADER_BYTES).reduce((sum, byte) => sum * 128 + (byte & 0x7f), 0);
  return sniffFrame(bytes.subarray(ID3_HEADER_BYTES + size)) ?? MP3;
}

function sniffFrame(bytes: Uint8Array): AudioFormat | undefined {
  const [first = 0, second = 0, third = 0] = bytes;
  if (first !== 0xff || bytes.length < 4) return undefined;
  if ((second & 0xf6) === 0xf0 && (third & 0x3c) >> 2 < 13) return AAC;
  const isSync = (second & 0xe0) === 0xe0 && (second & 0x18) !== 0x08;
  const hasLayer = (second & 0x06) !== 0;
  const hasRates = third >> 4 !== 15 && (third & 0x0c) !== 0x0c;
  return isSync && hasLayer && hasRates ? MP3 : undefined;
}

export function hasText(bytes: Uint8Array, at: number, text: string): boolean {
  for (let i = 0; i < text.length; i += 1) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

function magic(name: string, demuxer: string, ...marks: [at: number, text: string][]): Magic {
  return { name, demuxer, options: '', marks: marks.map(([at, text]) => ({ at, text })) };
}
