import type { AudioData } from 'audio-decode';
import { LlmosError } from '@llmos/contracts';
import type { DecodedAudio } from '../ports/audio-decoder.port.js';
import { Resampler } from './resampler.js';

const SAMPLE_RATE = 16_000;
const MIN_RATE = 4_000;
const MAX_RATE = 384_000;
/** Recordings of speech have no more, and each channel takes memory. */
export const MAX_CHANNELS = 8;

/**
 * Collects the output of a codec as 16 kHz mono, chunk by chunk: a long stereo recording at 48 kHz is never in memory
 * as a whole, and the codec is stopped at the length limit.
 */
export class PcmCollector {
  private readonly parts: Float32Array[] = [];
  private length = 0;
  /** Duration of the earlier parts at other rates. Frames are divided by the rate once, so no rounding adds up. */
  private earlierSeconds = 0;
  private framesAtRate = 0;
  private rate = 0;
  private channels = 0;
  private frames = 0;
  private resampler?: Resampler;

  constructor(private readonly maxDurationSeconds: number) {}

  /** Samples per channel so far, at the codec's rate. */
  get gatheredFrames(): number {
    return this.frames;
  }

  /** Size of the codec's whole output so far. */
  get codecOutputBytes(): number {
    return this.frames * this.channels * Float32Array.BYTES_PER_ELEMENT;
  }

  /** @throws LlmosError if the chunk is not valid audio, or the recording exceeds the length limit. */
  add({ channelData, sampleRate }: AudioData): void {
    const frames = channelData[0]?.length ?? 0;
    if (frames === 0) return;
    this.checkLayout(channelData, sampleRate);
    if (sampleRate !== this.rate) this.startRate(sampleRate);
    this.count(channelData.length, frames);
    this.keep((this.resampler as Resampler).push(downmix(channelData)));
  }

  /** @throws LlmosError INVALID_AUDIO if there are no samples. */
  finish(formatName: string): DecodedAudio {
    if (this.resampler) this.keep(this.resampler.finish());
    if (this.length === 0)
      throw invalid(`The ${formatName} recording has no sound: 0 samples. Record again, or send the whole file.`);
    const samples = new Float32Array(this.length);
    let at = 0;
    for (const part of this.parts) {
      samples.set(part, at);
      at += part.length;
    }
    return { samples, durationSeconds: this.durationSeconds };
  }

  private get durationSeconds(): number {
    return this.earlierSeconds + (this.rate > 0 ? this.framesAtRate / this.rate : 0);
  }

  private checkLayout(channelData: readonly Float32Array[], sampleRate: number): void {
    if (!(sampleRate >= MIN_RATE && sampleRate <= MAX_RATE)) {
      throw invalid(
        `The recording declares ${sampleRate} samples per second; ${MIN_RATE} to ${MAX_RATE} are supported.`,
      );
    }
    if (channelData.length > MAX_CHANNELS)
      throw invalid(`The recording has ${channelData.length} channels; 1 to ${MAX_CHANNELS} are supported.`);
  }

  private count(channels: number, frames: number): void {
    this.frames += frames;
    this.framesAtRate += frames;
    this.channels = Math.max(this.channels, channels);
    if (this.durationSeconds <= this.maxDurationSeconds) return;
    const message = `The recording is longer than ${this.maxDurationSeconds} seconds. Send it in parts.`;
    throw new LlmosError('PAYLOAD_TOO_LARGE', message, { field: 'audio' });
  }

  /** Concatenated streams may change their sample rate. */
  private startRate(sampleRate: number): void {
    if (this.resampler) this.keep(this.resampler.finish());
    this.earlierSeconds = this.durationSeconds;
    this.framesAtRate = 0;
    this.rate = sampleRate;
    this.resampler = new Resampler(sampleRate, SAMPLE_RATE);
  }

  private keep(part: Float32Array): void {
    if (part.length === 0) return;
    this.parts.push(part);
    this.length += part.length;
  }
}

/**
 * The mean of the channels, clipped to full scale. NaN and infinities are an error: models would return nothing for
 * them.
 */
function downmix(channelData: readonly Float32Array[]): Float32Array {
  const first = channelData[0] as Float32Array;
  const mono = first.slice();
  for (const channel of channelData.slice(1))
    for (let i = 0; i < mono.length; i += 1) mono[i] = (mono[i] as number) + (channel[i] as number);
  for (let i = 0; i < mono.length; i += 1) {
    const sample = (mono[i] as number) / channelData.length;
    if (!Number.isFinite(sample))
      throw invalid('The recording has samples that are not finite (NaN or infinity). Save it as PCM, 16 bits.');
    mono[i] = Math.max(-1, Math.min(1, sample));
  }
  return mono;
}

function invalid(message: string): LlmosError {
  return new LlmosError('INVALID_AUDIO', message, { field: 'audio' });
}
