/** A part of a recording, in samples; `end` is exclusive. */
export interface Interval {
  readonly start: number;
  readonly end: number;
}

export interface SplitOptions {
  /** Speech starts with a window of at least this probability. */
  readonly startThreshold: number;
  /** Speech ends with a window of lower probability. */
  readonly endThreshold: number;
  /** Shorter silences belong to the speech around them. */
  readonly minSilenceSeconds: number;
  /** Shorter sounds are clicks, not words. */
  readonly minSpeechSeconds: number;
  /** Kept before and after speech, so that soft first and last sounds are included. */
  readonly paddingSeconds: number;
  /** Pieces with no more silence than this between them are recognised together: context helps. */
  readonly joinSeconds: number;
  /** The longest piece that the recogniser handles well. */
  readonly maxPieceSeconds: number;
}

export const SPLIT_DEFAULTS: SplitOptions = {
  startThreshold: 0.5,
  endThreshold: 0.35,
  minSilenceSeconds: 0.25,
  minSpeechSeconds: 0.2,
  paddingSeconds: 0.3,
  joinSeconds: 1,
  maxPieceSeconds: 15,
};

const SAMPLE_RATE = 16_000;
/** A piece is cut in its second half only, so that two cuts are never close together. */
const EARLIEST_CUT = 0.5;

/**
 * Cuts a recording into pieces for the recogniser: at silences, never longer than `maxPieceSeconds`, in order and
 * without overlap. A recording without speech has no pieces.
 *
 * @param probabilities of speech, one for each window.
 * @param totalSamples length of the recording, 16 kHz.
 * @see the hysteresis of get_speech_timestamps in https://github.com/snakers4/silero-vad
 */
export function splitSpeech(
  probabilities: Float32Array,
  windowSamples: number,
  totalSamples: number,
  options: SplitOptions = SPLIT_DEFAULTS,
): Interval[] {
  const windows = (seconds: number) => Math.round((seconds * SAMPLE_RATE) / windowSamples);
  const speech = findSpeech(probabilities, options, windows(options.minSilenceSeconds))
    .filter(({ start, end }) => end - start >= windows(options.minSpeechSeconds))
    .flatMap((interval) =>
      cutLong(interval, probabilities, windows(options.maxPieceSeconds - 2 * options.paddingSeconds)),
    );
  const padded = pad(speech, windows(options.paddingSeconds), probabilities.length);
  return join(padded, windows(options.joinSeconds), windows(options.maxPieceSeconds)).map(({ start, end }) => ({
    start: start * windowSamples,
    end: Math.min(end * windowSamples, totalSamples),
  }));
}

/**
 * Where the speech begins that runs into the end of a recording, in samples; undefined if it ends in silence. Speech
 * is over after the silence that {@link SplitOptions.paddingSeconds} keeps behind it.
 */
export function startOfUnfinishedSpeech(
  probabilities: Float32Array,
  windowSamples: number,
  totalSamples: number,
): number | undefined {
  const apart = { ...SPLIT_DEFAULTS, joinSeconds: -1 };
  const last = splitSpeech(probabilities, windowSamples, totalSamples, apart).at(-1);
  return last && last.end > totalSamples - windowSamples ? last.start : undefined;
}

function findSpeech(probabilities: Float32Array, options: SplitOptions, minSilence: number): Interval[] {
  const found: Interval[] = [];
  let start = -1;
  let lastSpeech = -1;
  probabilities.forEach((probability, window) => {
    if (start < 0 && probability >= options.startThreshold) start = window;
    if (start < 0) return;
    if (probability >= options.endThreshold) lastSpeech = window;
    if (window - lastSpeech >= minSilence) {
      found.push({ start, end: lastSpeech + 1 });
      start = -1;
    }
  });
  if (start >= 0) found.push({ start, end: lastSpeech + 1 });
  return found;
}

/** Speech without a pause is cut at the window of the lowest probability. */
function cutLong({ start, end }: Interval, probabilities: Float32Array, max: number): Interval[] {
  if (end - start <= max) return [{ start, end }];
  let cut = start + Math.ceil(max * EARLIEST_CUT);
  for (let window = cut; window < start + max; window += 1) {
    if ((probabilities[window] as number) <= (probabilities[cut] as number)) cut = window;
  }
  return [{ start, end: cut }, ...cutLong({ start: cut, end }, probabilities, max)];
}

/** Widens each interval, at most to the middle of the silence beside it. */
function pad(intervals: readonly Interval[], padding: number, total: number): Interval[] {
  return intervals.map(({ start, end }, index) => {
    const before = intervals[index - 1]?.end ?? -start;
    const after = intervals[index + 1]?.start ?? 2 * total - end;
    return {
      start: Math.max(start - padding, Math.ceil((before + start) / 2)),
      end: Math.min(end + padding, Math.ceil((end + after) / 2)),
    };
  });
}

function join(intervals: readonly Interval[], maxGap: number, maxLength: number): Interval[] {
  const joined: Interval[] = [];
  for (const next of intervals) {
    const previous = joined.at(-1);
    const fits = previous && next.start - previous.end <= maxGap && next.end - previous.start <= maxLength;
    if (fits) joined[joined.length - 1] = { start: previous.start, end: next.end };
    else joined.push(next);
  }
  return joined;
}
