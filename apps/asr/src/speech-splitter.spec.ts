import fc from 'fast-check';
import { SPLIT_DEFAULTS, splitSpeech } from './speech-splitter.js';

const WINDOW = 512;
const PER_SECOND = 16_000 / WINDOW;

/** Probabilities from `[seconds, probability]` runs. */
function probabilities(...runs: [number, number][]): Float32Array {
  return Float32Array.from(
    runs.flatMap(([seconds, value]) => new Array<number>(Math.round(seconds * PER_SECOND)).fill(value)),
  );
}

function split(windows: Float32Array) {
  return splitSpeech(windows, WINDOW, windows.length * WINDOW).map(({ start, end }) => [start / 16_000, end / 16_000]);
}

describe('splitSpeech', () => {
  it('finds nothing in silence and in a click', () => {
    expect(split(probabilities([5, 0.1]))).toEqual([]);
    expect(split(probabilities([2, 0], [0.1, 0.9], [2, 0]))).toEqual([]);
  });

  it('keeps padding before and after speech', () => {
    const [[start, end] = []] = split(probabilities([2, 0], [1, 0.9], [2, 0]));
    expect(start).toBeCloseTo(2 - SPLIT_DEFAULTS.paddingSeconds, 1);
    expect(end).toBeCloseTo(3 + SPLIT_DEFAULTS.paddingSeconds, 1);
  });

  it('does not end speech at a window between the thresholds', () => {
    expect(split(probabilities([1, 0.9], [1, 0.4], [1, 0.9]))).toHaveLength(1);
  });

  it('separates sentences at a long silence, and joins them across a short one', () => {
    expect(split(probabilities([1, 0.9], [3, 0], [1, 0.9]))).toHaveLength(2);
    expect(split(probabilities([1, 0.9], [0.8, 0], [1, 0.9]))).toHaveLength(1);
  });

  it('cuts speech without a pause at its lowest probability', () => {
    const pieces = split(probabilities([12, 0.9], [0.1, 0.5], [10, 0.9]));
    expect(pieces).toHaveLength(2);
    expect(pieces[0]?.[1]).toBeCloseTo(12.1, 1);
  });

  it('gives pieces in order, without overlap, inside the recording and never too long, for any probabilities', () => {
    const windows = fc.array(fc.tuple(fc.integer({ min: 1, max: 900 }), fc.float({ min: 0, max: 1, noNaN: true })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(windows, (runs) => {
        const values = Float32Array.from(runs.flatMap(([count, value]) => new Array<number>(count).fill(value)));
        let last = 0;
        for (const [start = -1, end = -1] of split(values)) {
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          expect(end - start).toBeLessThanOrEqual(SPLIT_DEFAULTS.maxPieceSeconds + WINDOW / 16_000);
          last = end;
        }
        expect(last).toBeLessThanOrEqual((values.length * WINDOW) / 16_000);
      }),
    );
  });
});
