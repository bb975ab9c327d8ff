import { seededRandom, standardNormal } from '@llmos/learning';

/** How a recording reaches the service. */
export type Condition = 'clean' | 'telephone' | 'noise of 10 dB';
export const CONDITIONS: readonly Condition[] = ['clean', 'telephone', 'noise of 10 dB'];

const MU = 255;
const LEVELS = 127;
const NOISE_DB = 10;
/** Half-band low-pass: the telephone ends at 3.4 kHz. */
const TAPS = 63;
const CUTOFF = 3_400 / 16_000;

/** @param samples 16 kHz. */
export function degrade(samples: Float32Array, condition: Condition): Float32Array {
  if (condition === 'clean') return samples;
  return condition === 'telephone' ? telephone(samples) : noisy(samples);
}

/** Band-limited, and quantised as µ-law (ITU-T G.711). */
function telephone(samples: Float32Array): Float32Array {
  const taps = Array.from({ length: TAPS }, (_, i) => lowPassTap(i - (TAPS - 1) / 2));
  return samples.map((_, at) => {
    let sum = 0;
    taps.forEach((tap, i) => (sum += tap * (samples[at + i - (TAPS - 1) / 2] ?? 0)));
    const compressed = Math.log1p(MU * Math.min(1, Math.abs(sum))) / Math.log1p(MU);
    return (Math.sign(sum) * Math.expm1((Math.round(compressed * LEVELS) / LEVELS) * Math.log1p(MU))) / MU;
  });
}

/** A sinc under a Hann window. */
function lowPassTap(distance: number): number {
  const angle = 2 * Math.PI * CUTOFF * distance;
  const sinc = distance === 0 ? 1 : Math.sin(angle) / angle;
  return 2 * CUTOFF * sinc * (0.5 + 0.5 * Math.cos((2 * Math.PI * distance) / (TAPS + 1)));
}

/** White noise 10 dB below the mean power of the recording, the same each time. */
function noisy(samples: Float32Array): Float32Array {
  const power = samples.reduce((sum, value) => sum + value * value, 0) / samples.length;
  const deviation = Math.sqrt(power / 10 ** (NOISE_DB / 10));
  const random = seededRandom(1);
  return samples.map((value) => value + deviation * standardNormal(random));
}
