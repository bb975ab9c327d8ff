import { serveWorker } from '@llmos/models/worker';
import { loadRecogniser, type RecogniserFiles, type RecogniserOptions } from './recogniser-loader.js';
import { StopFlag } from './stop-flag.js';

/** What a worker is started with; survives structured clone. */
export interface MoonshineWorkerInit extends RecogniserOptions {
  readonly files: RecogniserFiles;
}

export interface TranscribeCall {
  readonly audio: Uint8Array;
  readonly stop: SharedArrayBuffer;
}

serveWorker(async ({ files, ...options }: MoonshineWorkerInit) => {
  const { recogniser, release } = await loadRecogniser(files, options);
  return {
    transcribe: ({ audio, stop }: TranscribeCall) => recogniser.transcribe(audio, new StopFlag(stop).isRaised),
    close: release,
  };
});
