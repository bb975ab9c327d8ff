import { serveWorker } from '@llmos/models';
import { loadRecogniser, type RecogniserFiles } from './recogniser-loader.js';
import { StopFlag } from './stop-flag.js';

/** What a worker is started with; survives structured clone. */
export interface MoonshineWorkerInit {
  readonly files: RecogniserFiles;
  readonly maxDurationSeconds: number;
}

export interface TranscribeCall {
  readonly audio: Uint8Array;
  readonly stop: SharedArrayBuffer;
}

serveWorker(async ({ files, maxDurationSeconds }: MoonshineWorkerInit) => {
  const { recogniser, release } = await loadRecogniser(files, { maxDurationSeconds });
  return {
    transcribe: ({ audio, stop }: TranscribeCall) => recogniser.transcribe(audio, new StopFlag(stop).isRaised),
    close: release,
  };
});
