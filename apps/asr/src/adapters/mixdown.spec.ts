import { noise, tone } from '../../test/wav-builder.js';
import { Mixdown } from './mixdown.js';

const BLOCK = 4_000;
const voice = tone(0.25);
const inverse = voice.map((value) => -value);
const silence = new Float32Array(BLOCK);
const energy = (samples: Float32Array) => samples.reduce((sum, value) => sum + value * value, 0);
const loudness = (...channels: Float32Array[]) => Math.sqrt(energy(new Mixdown().mix(channels)) / energy(voice));

describe('Mixdown', () => {
  it('is the mean of channels that agree', () => {
    expect(loudness(voice, voice)).toBeCloseTo(1, 5);
    expect(loudness(voice)).toBeCloseTo(1, 5);
  });

  it('keeps a voice whose channels are inverse to each other, at any balance', () => {
    expect(loudness(voice, inverse)).toBeCloseTo(1, 5);
    const soft = inverse.map((value) => value / 2);
    expect(loudness(voice, soft)).toBeCloseTo(0.75, 5);
    expect(loudness(soft, voice)).toBeCloseTo(0.75, 5);
    expect(loudness(voice, inverse, voice, inverse)).toBeCloseTo(1, 5);
  });

  it('keeps both voices where each has its own channel', () => {
    const other = noise(0.25);
    const mixed = new Mixdown().mix([voice, other]);
    mixed.forEach((value, i) => expect(value).toBeCloseTo(((voice[i] as number) + (other[i] as number)) / 2, 5));
    expect(loudness(voice, silence)).toBeCloseTo(0.5, 5);
  });

  it('follows a change of the phase without a step', () => {
    const mixdown = new Mixdown();
    const before = mixdown.mix([voice, inverse]);
    const after = mixdown.mix([voice, voice]);
    expect(energy(before)).toBeCloseTo(energy(voice), 0);
    expect(energy(after)).toBeGreaterThan(0.9 * energy(voice));
    expect(after[0]).toBeCloseTo(0, 5);
  });

  it('keeps the phase through silence', () => {
    const mixdown = new Mixdown();
    mixdown.mix([voice, inverse]);
    mixdown.mix([silence, silence]);
    expect(energy(mixdown.mix([voice, inverse]))).toBeCloseTo(energy(voice), 3);
  });
});
