import { tone } from '../../test/wav-builder.js';
import { Resampler } from './resampler.js';

function resample(input: Float32Array, from: number, to: number, chunk = input.length): Float32Array {
  const resampler = new Resampler(from, to);
  const output: number[] = [];
  for (let at = 0; at < input.length; at += chunk) output.push(...resampler.push(input.subarray(at, at + chunk)));
  return Float32Array.from([...output, ...resampler.finish()]);
}

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

describe('Resampler', () => {
  it.each([8_000, 11_024, 22_050, 44_100, 48_000, 96_000])('preserves a 440 Hz tone from %i Hz', (rate) => {
    const output = resample(tone(0.5, rate), rate, 16_000);
    const expected = tone(0.5);
    expect(output).toHaveLength(expected.length);
    const middle = (samples: Float32Array) => samples.subarray(500, 7_500);
    const error = middle(output).map((sample, i) => sample - (middle(expected)[i] as number));
    expect(rms(error)).toBeLessThan(0.001);
  });

  it('removes frequencies above the lower rate instead of folding them', () => {
    const output = resample(tone(0.5, 48_000, 11_000), 48_000, 16_000);
    expect(rms(output.subarray(500, 7_500))).toBeLessThan(0.5 * 10 ** (-60 / 20));
  });

  it('gives the same output for any chunking of the input', () => {
    const input = tone(0.1, 44_100);
    const whole = resample(input, 44_100, 16_000);
    for (const chunk of [1, 7, 1_000]) expect(resample(input, 44_100, 16_000, chunk)).toEqual(whole);
  });

  it('returns audio that already has the rate unchanged', () => {
    const input = tone(0.1);
    expect(resample(input, 16_000, 16_000)).toEqual(input);
  });
});
