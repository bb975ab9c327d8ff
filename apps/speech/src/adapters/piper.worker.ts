import type { Device } from '@llmos/models';
import { serveWorker } from '@llmos/models/worker';
import { Piper } from './piper.js';

/** What a worker is started with; survives structured clone. */
export interface PiperWorkerInit {
  /** Absolute path of the ONNX model. */
  readonly voice: string;
  /** Absolute path of its JSON file. */
  readonly settings: string;
  /** Folder of optimised models: their weights are mapped, which saves 60 MB. */
  readonly optimised: string;
  /** Default `cpu`. */
  readonly device?: Device | undefined;
  /** Threads that one run computes on. */
  readonly threads: number;
  /** How long sounds take, relative to the voice's own pace. */
  readonly pace: number;
}

serveWorker(async (init: PiperWorkerInit) => {
  const piper = await Piper.load(init);
  return {
    speak: (words: string) => piper.speak(words),
    warmUp: async () => {
      await piper.speak('Hello.');
      return piper.sampleRate;
    },
    close: () => piper.release(),
  };
});
