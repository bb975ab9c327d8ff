import decode from 'audio-decode';
import { LlmosError, isLlmosError } from '@llmos/contracts';
import type { AudioDecoder, DecodedAudio } from '../ports/audio-decoder.port.js';
import { oggChannels, sniffAudioType, type AudioType } from './audio-type.js';
import { flacFrames } from './flac-header.js';
import { MAX_CHANNELS, PcmCollector } from './pcm-collector.js';
import { stopIfAsked } from './stop-flag.js';
import { readWavFile, wavHeaderOf } from './wav-file.js';

/**
 * Bytes given to a codec at once. A hostile file can unpack to thousands of times its size, so a compressed file is
 * unpacked in small chunks, and the length is checked after each.
 */
const CHUNK_BYTES = { compressed: 1_024, wav: 65_536 };
/** Largest output of a codec that decodes a file in one piece. */
const MAX_WHOLE_BYTES = 256 * 2 ** 20;

/** Decodes WAV, FLAC, MP3, Ogg (Vorbis, Opus, FLAC) and WebM (Opus, Vorbis) to 16 kHz mono, in bounded memory. */
export class AudioDecodeAdapter implements AudioDecoder {
  constructor(private readonly options: { readonly maxDurationSeconds: number }) {}

  async decode(bytes: Uint8Array, stopping?: () => boolean): Promise<DecodedAudio> {
    if (bytes.length === 0)
      throw invalid('The recording is empty: 0 bytes were received. Check that the file was attached.');
    const type = sniffAudioType(bytes);
    if (!type) throw unsupported();
    try {
      const collector = await this.gather(type, bytes, stopping);
      return collector.finish(NAMES[type]);
    } catch (error) {
      if (isLlmosError(error)) throw error;
      throw invalid(`The recording begins like ${NAMES[type]} but cannot be decoded: it is damaged or cut off.`, error);
    }
  }

  private async gather(type: AudioType, bytes: Uint8Array, stopping?: () => boolean): Promise<PcmCollector> {
    const { chunks, channels } = prepare(type, bytes);
    if (channels !== undefined && (channels < 1 || channels > MAX_CHANNELS)) {
      throw invalid(`The recording declares ${channels} channels; 1 to ${MAX_CHANNELS} are supported.`);
    }
    const collector = await this.decodeChunks(type, chunks, stopping);
    const expected = type === 'flac' ? flacFrames(bytes) : undefined;
    if (expected === undefined || expected === collector.gatheredFrames) return collector;
    // Given chunks, the FLAC parser sometimes withholds the last frame; given the whole file, it does not.
    if (collector.codecOutputBytes > MAX_WHOLE_BYTES) return collector;
    const whole = await this.decodeChunks(type, [bytes], stopping);
    if (whole.gatheredFrames < expected) {
      throw invalid(
        `The FLAC header declares ${expected} samples but the file has ${whole.gatheredFrames}: ` +
          'it is damaged or cut off. Send the whole recording.',
      );
    }
    return whole;
  }

  private async decodeChunks(
    type: AudioType,
    chunks: Iterable<Uint8Array>,
    stopping?: () => boolean,
  ): Promise<PcmCollector> {
    const collector = new PcmCollector(this.options.maxDurationSeconds);
    const codec = await decode[type]();
    try {
      for (const chunk of chunks) {
        stopIfAsked(stopping);
        collector.add(await codec(chunk));
      }
      collector.add(await codec());
      return collector;
    } finally {
      codec.free();
    }
  }
}

const NAMES: Record<AudioType, string> = {
  wav: 'WAV',
  flac: 'FLAC',
  mp3: 'MP3',
  oga: 'Ogg Vorbis',
  opus: 'Ogg Opus',
  webm: 'WebM',
};

function prepare(type: AudioType, bytes: Uint8Array): { chunks: Iterable<Uint8Array>; channels: number | undefined } {
  if (type !== 'wav') return { chunks: inChunks(bytes, CHUNK_BYTES.compressed), channels: oggChannels(bytes, type) };
  const file = readWavFile(bytes);
  return { chunks: withFirst(wavHeaderOf(file), inChunks(file.data, CHUNK_BYTES.wav)), channels: file.channels };
}

function* inChunks(bytes: Uint8Array, chunkBytes: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
}

function* withFirst(first: Uint8Array, rest: Iterable<Uint8Array>): Generator<Uint8Array> {
  yield first;
  yield* rest;
}

function unsupported(): LlmosError {
  const message =
    'The recording is not in a known audio format. Send WAV, FLAC, MP3, Ogg (Vorbis or Opus) or WebM (Opus).';
  return new LlmosError('UNSUPPORTED_MEDIA', message, { field: 'audio' });
}

function invalid(message: string, cause?: unknown): LlmosError {
  return new LlmosError('INVALID_AUDIO', message, { field: 'audio', cause });
}
