import { LlmosError } from '@llmos/contracts';
import { Mixdown } from './mixdown.js';

/** Samples that are mixed together: a quarter of a second at 16 kHz. */
const BLOCK = 4_000;

/**
 * Collects the decoder's output (16 kHz, one array for each channel) as one channel, block by block: the channels of a
 * long recording are never in memory as a whole.
 */
export class PcmCollector {
  private readonly parts: Float32Array[] = [];
  private readonly mixdown = new Mixdown();
  private block: Float32Array[] = [];
  private filled = 0;
  private length = 0;

  /** @throws LlmosError INVALID_AUDIO if a sample is not finite. */
  add(channels: readonly Float32Array[]): void {
    const count = channels[0]?.length ?? 0;
    if (channels.length !== this.block.length) this.startLayout(channels.length);
    for (let at = 0; at < count;) {
      const taken = Math.min(count - at, BLOCK - this.filled);
      this.block.forEach((block, index) =>
        block.set((channels[index] as Float32Array).subarray(at, at + taken), this.filled),
      );
      this.filled += taken;
      at += taken;
      if (this.filled === BLOCK) this.mixBlock();
    }
  }

  /** All samples; none if there was no sound. */
  finish(): Float32Array {
    this.mixBlock();
    const samples = new Float32Array(this.length);
    let at = 0;
    for (const part of this.parts) {
      samples.set(part, at);
      at += part.length;
    }
    return samples;
  }

  private startLayout(channels: number): void {
    this.mixBlock();
    this.block = Array.from({ length: channels }, () => new Float32Array(BLOCK));
  }

  private mixBlock(): void {
    if (this.filled === 0) return;
    const mono = this.mixdown.mix(this.block.map((channel) => channel.subarray(0, this.filled)));
    this.filled = 0;
    this.length += mono.length;
    this.parts.push(clipped(mono));
  }
}

/** Clips to full scale. NaN and infinities are an error: models would return nothing for them. */
function clipped(mono: Float32Array): Float32Array {
  for (let i = 0; i < mono.length; i += 1) {
    const sample = mono[i] as number;
    if (!Number.isFinite(sample)) {
      const message = 'The recording has samples that are not finite (NaN or infinity). Save it as PCM, 16 bits.';
      throw new LlmosError('INVALID_AUDIO', message, { field: 'audio' });
    }
    mono[i] = Math.max(-1, Math.min(1, sample));
  }
  return mono;
}
