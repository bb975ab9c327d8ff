import { LlmosError } from '@llmos/contracts';
import { withModelSpan } from '@llmos/telemetry';
import { Injectable } from '@nestjs/common';
import type { Recording, Transcriber, Transcript } from './ports/transcriber.port.js';

const MODEL = 'moonshine-tiny';

/** Speech to text for callers: knows when the model is there, and says in the trace what it did. */
@Injectable()
export class AsrService {
  private transcriber?: Transcriber;

  /** From here on recordings are taken. */
  use(transcriber: Transcriber): void {
    this.transcriber = transcriber;
  }

  /** @throws LlmosError `MODEL_LOADING` until the model is in memory; else as `Transcriber.transcribe`. */
  async transcribe(audio: Recording, signal?: AbortSignal): Promise<Transcript> {
    const { transcriber } = this;
    if (!transcriber)
      throw new LlmosError('MODEL_LOADING', `The speech model ${MODEL} is still loading. Try again shortly.`);
    return withModelSpan({ operation: 'transcribe', model: MODEL, provider: 'onnxruntime' }, async (span) => {
      const transcript = await transcriber.transcribe(audio, signal);
      span.setAttributes({
        'asr.audio.duration_seconds': transcript.durationSeconds,
        'asr.audio.size_bytes': audio.length,
        'asr.segments': transcript.segments.length,
        'asr.speech': transcript.speech,
      });
      return transcript;
    });
  }

  async close(): Promise<void> {
    await this.transcriber?.close();
  }
}
