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

export interface LoadedRecogniser {
  readonly recogniser: SpeechRecogniser;
  /** Frees the models; nothing may run then. */
  release(): Promise<void>;
}

/** Puts the real parts of the recogniser together on the calling thread: the worker does it, and so does a benchmark. */
export async function loadRecogniser(
  files: RecogniserFiles,
  options: { readonly maxDurationSeconds: number },
  decoder: AudioDecoder = new AudioDecodeAdapter(options),
): Promise<LoadedRecogniser> {
  const detector = await SileroAdapter.load(files.silero);
  const moonshine = await Moonshine.load(files.moonshine);
  const recogniser = new SpeechRecogniser({
    decoder,
    detector,
    recogniser: moonshine,
  });
  const release = async () => {
    await detector.release();
    await moonshine.release();
  };
  return { recogniser, release };
}
