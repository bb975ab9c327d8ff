import decode from 'audio-decode';
import { LlmosError, isLlmosError } from '@llmos/contracts';
import type { AudioDecoder, DecodedAudio } from '../ports/audio-decoder.port.js';
import { oggChannels, sniffAudioType, type AudioType } from './audio-type.js';
import { flacFrames } from './flac-header.js';
import { MAX_CHANNELS, PcmCollector } from './pcm-collector.js';
import { stopIfAsked } from './stop-flag.js';
import { readWavFile, wavHeaderOf } from './wav-file.js';

/**
 * Bytes given to a codec at once. A hostile file can unpack to thousands of times its size, so a compressed one is
 * unpacked in sips, and the length is checked after each.
 */
const SIP_BYTES = { compressed: 1_024, wav: 65_536 };
/** The most a codec's output may take when it is decoded in one piece. */
const MAX_WHOLE_BYTES = 256 * 2 ** 20;

/** Decodes WAV, FLAC, MP3, Ogg (Vorbis, Opus, FLAC) and WebM (Opus, Vorbis) to 16 kHz mono, in bounded memory. */
export class AudioDecodeAdapter implements AudioDecoder {
  constructor(private readonly options: { readonly maxDurationSeconds: number }) {}

  async decode(bytes: Uint8Array, stopping?: () => boolean): Promise<DecodedAudio> {
    if (bytes.length === 0) throw invalid('The recording is empty: 0 bytes came. Check that the file was attached.');
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
    const { sips, channels } = prepare(type, bytes);
    if (channels !== undefined && (channels < 1 || channels > MAX_CHANNELS)) {
      throw invalid(`The recording says it has ${channels} channels; 1 to ${MAX_CHANNELS} can be read.`);
    }
    const collector = await this.decodeSips(type, sips, stopping);
    const expected = type === 'flac' ? flacFrames(bytes) : undefined;
    if (expected === undefined || expected === collector.gatheredFrames) return collector;
    // Fed in sips, the FLAC parser now and then keeps the last frame to itself; whole, it does not. Its size is known now.
    if (collector.codecOutputBytes > MAX_WHOLE_BYTES) return collector;
    const whole = await this.decodeSips(type, [bytes], stopping);
    if (whole.gatheredFrames < expected) {
      throw invalid(
        `The FLAC header promises ${expected} samples but ${whole.gatheredFrames} came: the file is damaged or cut off. Send the whole recording.`,
      );
    }
    return whole;
  }

  private async decodeSips(
    type: AudioType,
    sips: Iterable<Uint8Array>,
    stopping?: () => boolean,
  ): Promise<PcmCollector> {
    const collector = new PcmCollector(this.options.maxDurationSeconds);
    const codec = await decode[type]();
    try {
      for (const sip of sips) {
        stopIfAsked(stopping);
        collector.add(await codec(sip));
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

function prepare(type: AudioType, bytes: Uint8Array): { sips: Iterable<Uint8Array>; channels: number | undefined } {
  if (type !== 'wav') return { sips: inSips(bytes, SIP_BYTES.compressed), channels: oggChannels(bytes, type) };
  const file = readWavFile(bytes);
  return { sips: withFirst(wavHeaderOf(file), inSips(file.data, SIP_BYTES.wav)), channels: file.channels };
}

function* inSips(bytes: Uint8Array, sipBytes: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += sipBytes) yield bytes.subarray(at, at + sipBytes);
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
