import { serveWorker } from '@llmos/models/worker';
import { loadRecogniser, type RecogniserFiles, type RecogniserOptions } from './recogniser-loader.js';
import { StopFlag } from './stop-flag.js';

/** What a worker is started with; survives structured clone. */
export interface MoonshineWorkerInit extends RecogniserOptions {
  readonly files: RecogniserFiles;
}

export interface TranscribeCall {
  readonly audio: Uint8Array<ArrayBuffer>;
  readonly contentType: string | undefined;
  readonly stop: SharedArrayBuffer;
}

serveWorker(async ({ files, ...options }: MoonshineWorkerInit) => {
  const { recogniser, release } = await loadRecogniser(files, options);
  return {
    transcribe: ({ audio, contentType, stop }: TranscribeCall) =>
      recogniser.transcribe({ audio, contentType }, new StopFlag(stop).isRaised),
    close: release,
  };
});
