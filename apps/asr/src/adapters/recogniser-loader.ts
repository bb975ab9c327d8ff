import type { Device } from '@llmos/models';
import type { AudioDecoder } from '../ports/audio-decoder.port.js';
import { SpeechRecogniser } from '../speech-recogniser.js';
import { AudioDecodeAdapter } from './audio-decoder.adapter.js';
import { Moonshine, type MoonshineFiles } from './moonshine.js';
import { SileroAdapter } from './silero.adapter.js';

/** Absolute paths of the model files. */
export interface RecogniserFiles {
  readonly moonshine: MoonshineFiles;
  readonly silero: string;
}

export interface RecogniserOptions {
  /** Longer recordings are refused. */
  readonly maxDurationSeconds: number;
  /** Where Moonshine runs. Default `cpu`. */
  readonly device?: Device | undefined;
}

export interface LoadedRecogniser {
  readonly recogniser: SpeechRecogniser;
  /** Frees the models; to be called when nothing runs. */
  release(): Promise<void>;
}

/** Assembles the recogniser on the calling thread; used by the worker and by the benchmark. */
export async function loadRecogniser(
  files: RecogniserFiles,
  options: RecogniserOptions,
  decoder: AudioDecoder = new AudioDecodeAdapter(options),
): Promise<LoadedRecogniser> {
  const detector = await SileroAdapter.load(files.silero);
  const moonshine = await Moonshine.load(files.moonshine, options);
  const recogniser = new SpeechRecogniser({ decoder, detector, recogniser: moonshine });
  const release = async () => {
    await detector.release();
    await moonshine.release();
  };
  return { recogniser, release };
}
