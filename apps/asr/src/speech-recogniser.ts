import { LlmosError } from '@llmos/contracts';
import type { AudioDecoder } from './ports/audio-decoder.port.js';
import type { SpeechDetector } from './ports/speech-detector.port.js';
import type { PieceRecogniser, RecognisedPiece } from './ports/piece-recogniser.port.js';
import type { Recording, Transcript } from './ports/transcriber.port.js';
import { isUnderstood } from './recognised-speech.js';
import { splitSpeech, startOfUnfinishedSpeech, type Interval } from './speech-splitter.js';

const SAMPLE_RATE = 16_000;

/** The parts of the recogniser; they run one after the other on the calling thread. */
export interface RecogniserParts {
  readonly decoder: AudioDecoder;
  readonly detector: SpeechDetector;
  readonly recogniser: PieceRecogniser;
}

/** Turns bytes into a transcript: decode, detect speech, cut at silences, recognise. Runs inside the worker. */
export class SpeechRecogniser {
  constructor(private readonly parts: RecogniserParts) {}

  /**
   * Of a file that is cut off, the speech up to the last pause is heard: the recogniser makes other words of a word that
   * is cut, and of those before it.
   *
   * Silence and noise give an empty text and `speech: false`. Segments are the pieces with speech, in order; speech
   * that was not understood is in `omitted`.
   *
   * @throws LlmosError UNSUPPORTED_LANGUAGE if most of the speech was not understood, INVALID_AUDIO if the file is cut
   * off before the first pause.
   * @param stopping asked between two runs of a model; true ends the work with `CANCELLED`.
   */
  async transcribe({ audio, contentType }: Recording, stopping?: () => boolean): Promise<Transcript> {
    const { decoder, detector, recogniser } = this.parts;
    const { samples, durationSeconds, truncated } = await decoder.decode(audio, contentType, stopping);
    const probabilities = await detector.detect(samples, stopping);
    const { windowSamples } = detector;
    const unfinished = truncated ? startOfUnfinishedSpeech(probabilities, windowSamples, samples.length) : undefined;
    const intervals =
      unfinished === undefined
        ? splitSpeech(probabilities, windowSamples, samples.length)
        : splitSpeech(probabilities.subarray(0, Math.floor(unfinished / windowSamples)), windowSamples, unfinished);
    if (unfinished !== undefined && intervals.length === 0) throw cutInSpeech(durationSeconds);
    const pieces = intervals.map(({ start, end }) => samples.subarray(start, end));
    const recognised = await recogniser.transcribe(pieces, stopping);
    const segments = intervals
      .map((interval, index) => ({ ...secondsOf(interval), ...(recognised[index] as RecognisedPiece) }))
      .filter(({ text }) => text !== '');
    const understood = segments.filter(isUnderstood);
    const omitted = segments.filter((segment) => !isUnderstood(segment));
    if (secondsIn(omitted) > secondsIn(understood)) throw notEnglish(omitted, recogniser.language);
    return {
      text: understood.map(({ text }) => text).join(' '),
      speech: understood.length > 0,
      language: recogniser.language,
      durationSeconds: roundedTo(1_000, durationSeconds),
      truncated,
      segments: understood.map(({ text, ...segment }) => ({ ...shown(segment), text })),
      omitted: [
        ...omitted.map(shown),
        ...(unfinished === undefined
          ? []
          : [{ ...secondsOf({ start: unfinished, end: samples.length }), confidence: 0 }]),
      ],
      model: recogniser.model,
      threads: recogniser.threads,
    };
  }
}

type Segment = Transcript['omitted'][number];

function secondsOf({ start, end }: Interval): Pick<Segment, 'start' | 'end'> {
  return { start: roundedTo(1_000, start / SAMPLE_RATE), end: roundedTo(1_000, end / SAMPLE_RATE) };
}

function shown({ start, end, confidence }: Segment): Segment {
  return { start, end, confidence: roundedTo(1_000, confidence) };
}

function secondsIn(segments: readonly Segment[]): number {
  return segments.reduce((sum, { start, end }) => sum + end - start, 0);
}

function notEnglish(omitted: readonly Segment[], language: string): LlmosError {
  const highest = Math.max(...omitted.map(({ confidence }) => confidence));
  const message =
    `The speech is not English, or not clear enough to be understood (confidence ${highest.toFixed(2)} of 1). ` +
    `The language of this service is '${language}'. Speak English, closer to the microphone.`;
  return new LlmosError('UNSUPPORTED_LANGUAGE', message, { field: 'audio' });
}

function cutInSpeech(durationSeconds: number): LlmosError {
  const message =
    `The file is cut off in the middle of speech, after ${durationSeconds.toFixed(1)} s: the words cannot be told. ` +
    'Send the whole file.';
  return new LlmosError('INVALID_AUDIO', message, { field: 'audio' });
}

function roundedTo(parts: number, value: number): number {
  return Math.round(value * parts) / parts;
}
