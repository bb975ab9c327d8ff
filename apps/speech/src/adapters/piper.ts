import { readFile } from 'node:fs/promises';
import { Tensor, type InferenceSession } from '@llmos/models/inference';
import { openMapped } from '@llmos/models/mapped';
import { z } from 'zod';
import { PhonemeIds } from '../phonemes/phoneme-ids.js';
import { phonemesOf } from '../phonemes/phonemes.js';
import type { PiperWorkerInit } from './piper.worker.js';

/** The part of a voice's JSON file that is needed to speak. */
const settingsSchema = z.object({
  audio: z.object({ sample_rate: z.number().int().positive() }),
  inference: z.object({ noise_scale: z.number(), length_scale: z.number(), noise_w: z.number() }),
  phoneme_id_map: z.record(z.string(), z.array(z.number().int().nonnegative()).min(1)),
});

/** Quieter sound is not made louder: it is breath or noise. */
const LEAST_PEAK = 0.01;
const HIGHEST = 32_767;

/**
 * A Piper voice (VITS) on the calling thread.
 *
 * @see https://github.com/OHF-Voice/piper1-gpl for the inputs of the model; nothing of it is used here.
 */
export class Piper {
  private constructor(
    private readonly session: InferenceSession,
    private readonly ids: PhonemeIds,
    private readonly scales: Tensor,
    readonly sampleRate: number,
  ) {}

  static async load({ voice, settings, device = 'cpu', pace, optimised, threads }: PiperWorkerInit): Promise<Piper> {
    const { audio, inference, phoneme_id_map } = settingsSchema.parse(JSON.parse(await readFile(settings, 'utf8')));
    const { noise_scale, length_scale, noise_w } = inference;
    const session = await openMapped({ model: voice, device, optimised, threads });
    const scales = new Tensor('float32', Float32Array.of(noise_scale, length_scale * pace, noise_w), [3]);
    return new Piper(session, new PhonemeIds(phoneme_id_map), scales, audio.sample_rate);
  }

  /** The sound of words, at full volume: 16 bit, one channel. */
  async speak(words: string): Promise<Int16Array> {
    const phonemes = phonemesOf(words);
    if (phonemes === '') return new Int16Array();
    const ids = this.ids.of(phonemes);
    const { output } = await this.session.run({
      input: new Tensor('int64', ids, [1, ids.length]),
      input_lengths: new Tensor('int64', BigInt64Array.of(BigInt(ids.length)), [1]),
      scales: this.scales,
    });
    return atFullVolume((output as Tensor).data as Float32Array);
  }

  async release(): Promise<void> {
    await this.session.release();
  }
}

function atFullVolume(samples: Float32Array): Int16Array {
  let peak = LEAST_PEAK;
  for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
  return Int16Array.from(samples, (sample) => Math.round((sample / peak) * HIGHEST));
}
