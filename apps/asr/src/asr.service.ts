import { LlmosError } from '@llmos/contracts';
import { withModelSpan } from '@llmos/telemetry';
import { Injectable } from '@nestjs/common';
import type { Recording, Transcriber, Transcript } from './ports/transcriber.port.js';

/** Transcribes recordings once the model is loaded, and describes each transcription in its span. */
@Injectable()
export class AsrService {
  private loaded?: { readonly transcriber: Transcriber; readonly model: string };

  /** Accepts recordings from now on. `model` names the model in traces. */
  use(transcriber: Transcriber, model: string): void {
    this.loaded = { transcriber, model };
  }

  /** @throws LlmosError MODEL_LOADING until the model is loaded; otherwise as `Transcriber.transcribe`. */
  async transcribe(recording: Recording, signal?: AbortSignal): Promise<Transcript> {
    if (!this.loaded) throw new LlmosError('MODEL_LOADING', 'The speech model is still loading. Try again shortly.');
    const { transcriber, model } = this.loaded;
    return withModelSpan({ operation: 'transcribe', model, provider: 'onnxruntime' }, async (span) => {
      const transcript = await transcriber.transcribe(recording, signal);
      span.setAttributes({
        'asr.audio.duration_seconds': transcript.durationSeconds,
        'asr.audio.size_bytes': recording.audio.length,
        'asr.audio.truncated': transcript.truncated,
        'asr.segments': transcript.segments.length,
        'asr.speech': transcript.speech,
      });
      return transcript;
    });
  }

  async close(): Promise<void> {
    await this.loaded?.transcriber.close();
  }
}
