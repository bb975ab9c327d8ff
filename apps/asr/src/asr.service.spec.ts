import { AsrService } from './asr.service.js';
import type { Transcriber, Transcript } from './ports/transcriber.port.js';

const transcript: Transcript = {
  text: 'Hello.',
  speech: true,
  language: 'en',
  durationSeconds: 1,
  truncated: false,
  segments: [],
  omitted: [],
  model: 'm',
  threads: 1,
};

describe('AsrService', () => {
  it('refuses recordings until its model is loaded', async () => {
    await expect(new AsrService().transcribe({ audio: new Uint8Array() })).rejects.toMatchObject({
      code: 'MODEL_LOADING',
      retryable: true,
    });
  });

  it('passes the recording and the signal to the transcriber', async () => {
    const service = new AsrService();
    const seen: unknown[] = [];
    const transcriber: Transcriber = {
      transcribe: (...call) => {
        seen.push(...call);
        return Promise.resolve(transcript);
      },
      close: () => Promise.resolve(),
    };
    service.use(transcriber, 'moonshine-tiny');
    const recording = { audio: Uint8Array.of(1), contentType: 'audio/wav' };
    const { signal } = new AbortController();
    await expect(service.transcribe(recording, signal)).resolves.toBe(transcript);
    expect(seen).toEqual([recording, signal]);
  });
});
