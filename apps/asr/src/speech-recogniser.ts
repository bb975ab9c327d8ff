import type { AudioDecoder } from './ports/audio-decoder.port.js';
import type { SpeechDetector } from './ports/speech-detector.port.js';
import type { PieceRecogniser } from './ports/piece-recogniser.port.js';
import type { Recording, Transcript } from './ports/transcriber.port.js';
import { splitSpeech, type Interval } from './speech-splitter.js';

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
   * Silence and noise give an empty text and `speech: false`. Segments are the pieces with speech, in order.
   *
   * @param stopping asked between two runs of a model; true ends the work with `CANCELLED`.
   */
  async transcribe({ audio, contentType }: Recording, stopping?: () => boolean): Promise<Transcript> {
    const { decoder, detector, recogniser } = this.parts;
    const { samples, durationSeconds, truncated } = await decoder.decode(audio, contentType, stopping);
    const probabilities = await detector.detect(samples, stopping);
    const intervals = splitSpeech(probabilities, detector.windowSamples, samples.length);
    const pieces = intervals.map(({ start, end }) => samples.subarray(start, end));
    const texts = await recogniser.transcribe(pieces, stopping);
    const segments = intervals
      .map((interval, index) => segmentOf(interval, texts[index] ?? ''))
      .filter(({ text }) => text !== '');
    return {
      text: segments.map(({ text }) => text).join(' '),
      speech: segments.length > 0,
      language: recogniser.language,
      durationSeconds: roundedSeconds(durationSeconds),
      truncated,
      segments,
      model: recogniser.model,
      threads: recogniser.threads,
    };
  }
}

function segmentOf({ start, end }: Interval, text: string): Transcript['segments'][number] {
  return { start: roundedSeconds(start / SAMPLE_RATE), end: roundedSeconds(end / SAMPLE_RATE), text };
}

/** To the millisecond. */
function roundedSeconds(seconds: number): number {
  return Math.round(seconds * 1_000) / 1_000;
}
