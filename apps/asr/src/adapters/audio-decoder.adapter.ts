import { LlmosError } from '@llmos/contracts';
import type { AudioDecoder, DecodedAudio } from '../ports/audio-decoder.port.js';
import { sniffFormat, sniffFrames, type AudioFormat } from './audio-format.js';
import { endsTooEarly, leavesLengthOpen } from './cut-off.js';
import { declaredFormat } from './declared-type.js';
import { FfmpegError, FfmpegRecording, type DeclaredSound } from './ffmpeg.js';
import { PcmCollector } from './pcm-collector.js';

/** Lets FFmpeg detect the format. */
const DETECT: AudioFormat = { name: 'received', demuxer: '', options: '' };
/** A file may be this much shorter than its header declares: headers are rounded, or count a packet's padding. */
const TOLERANCE_SECONDS = { default: 0.1, caf: 0.5, mp3: 0.02, pcm: 0.005 };
/** Their headers may leave the length of the samples open. */
const OPEN_CONTAINERS = ['au', 'caf'];
/** With a larger share of packets that cannot be decoded, what remains is no longer the recording. */
const MAX_REFUSED_SHARE = 0.2;
const UNKNOWN_FORMAT =
  'The recording is not in a known audio format. Send WAV, FLAC, MP3, M4A or MP4 (AAC), Ogg, WebM, CAF, AIFF, AU or ' +
  'AMR. Samples without a header need their type, such as audio/x-mulaw;rate=8000.';

/** Decodes every format that FFmpeg's libraries know (see apps/asr/ffmpeg) to 16 kHz mono, in bounded memory. */
export class AudioDecodeAdapter implements AudioDecoder {
  constructor(private readonly options: { readonly maxDurationSeconds: number }) {}

  async decode(bytes: Uint8Array, contentType?: string, stopping?: () => boolean): Promise<DecodedAudio> {
    if (bytes.length === 0)
      throw invalid('The recording is empty: 0 bytes were received. Check that the file was attached.');
    const format = sniffFormat(bytes) ?? declaredFormat(contentType, bytes) ?? sniffFrames(bytes) ?? DETECT;
    try {
      const recording = await FfmpegRecording.open(bytes, format, stopping);
      return this.gather(bytes, format, recording);
    } catch (error) {
      throw error instanceof FfmpegError ? explain(error, format, bytes) : error;
    }
  }

  private gather(bytes: Uint8Array, format: AudioFormat, recording: FfmpegRecording): DecodedAudio {
    const { maxDurationSeconds } = this.options;
    const collector = new PcmCollector();
    for (let part = recording.read(); part; part = recording.read()) {
      if (recording.decodedSeconds > maxDurationSeconds) throw tooLong(maxDurationSeconds);
      collector.add(part);
    }
    const samples = collector.finish();
    const truncated = isTruncated(bytes, recording);
    const { all, refused } = recording.packets;
    if (refused > Math.max(1, MAX_REFUSED_SHARE * all)) throw damaged(format, truncated);
    if (samples.length === 0) throw truncated || refused > 0 ? damaged(format, truncated) : silent(format);
    return { samples, durationSeconds: recording.decodedSeconds, truncated };
  }
}

/** Whether anything shows that the file is only the beginning of the recording. */
function isTruncated(bytes: Uint8Array, recording: FfmpegRecording): boolean {
  const { decodedSeconds, declaredSeconds, declared, endsInPacket } = recording;
  if (leavesLengthOpen(bytes)) return false;
  const isShort = declaredSeconds > decodedSeconds + toleranceOf(declared);
  // Where a header leaves the length open, the samples end with the file, also inside a packet.
  const endsSomewhere = OPEN_CONTAINERS.includes(declared.container) && declared.codec.startsWith('pcm_');
  return isShort || (endsInPacket && !endsSomewhere) || endsTooEarly(bytes, declared.container);
}

function toleranceOf({ container, codec }: DeclaredSound): number {
  if (codec.startsWith('pcm_')) return TOLERANCE_SECONDS.pcm;
  return container === 'caf' || container === 'mp3' ? TOLERANCE_SECONDS[container] : TOLERANCE_SECONDS.default;
}

function explain(error: FfmpegError, format: AudioFormat, bytes: Uint8Array): LlmosError {
  const { container, codec, channels, rate } = error.declared;
  const isCut = endsTooEarly(bytes, container || format.demuxer);
  switch (error.failure) {
    case 'no decoder':
      return unsupported(
        `The codec of the ${format.name} recording, ${codec}, is not supported. Send PCM, Opus or AAC.`,
      );
    case 'no audio':
      if (isCut) return damaged(format, isCut, error);
      return invalid(`The ${format.name} file has no sound track. Send a recording with sound.`, error);
    case 'bad layout':
      return invalid(
        `The recording has ${channels} channels and ${rate} samples per second; ` +
          '1 to 8 channels and 4000 to 384000 samples are supported.',
        error,
      );
    case 'unknown format':
      return format === DETECT ? unsupported(UNKNOWN_FORMAT) : damaged(format, isCut, error);
    case 'damaged':
      return damaged(format, isCut, error);
  }
}

function damaged({ name }: AudioFormat, isCut: boolean, cause?: unknown): LlmosError {
  const what = isCut ? 'is cut off, and what arrived cannot be decoded' : 'cannot be decoded: it is damaged';
  return invalid(`The ${name} recording ${what}. Send the whole recording.`, cause);
}

function silent({ name }: AudioFormat): LlmosError {
  return invalid(`The ${name} recording has no sound: 0 samples. Record again, or send the whole file.`);
}

function unsupported(message: string): LlmosError {
  return new LlmosError('UNSUPPORTED_MEDIA', message, { field: 'audio' });
}

function tooLong(maxDurationSeconds: number): LlmosError {
  const message = `The recording is longer than ${maxDurationSeconds} seconds. Send it in parts.`;
  return new LlmosError('PAYLOAD_TOO_LARGE', message, { field: 'audio' });
}

function invalid(message: string, cause?: unknown): LlmosError {
  return new LlmosError('INVALID_AUDIO', message, { field: 'audio', cause });
}
