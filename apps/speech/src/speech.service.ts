import { LlmosError, type InputOf, type OutputOf } from '@llmos/contracts';
import type { spokenPieceSchema, synthesize } from '@llmos/contracts/capabilities/speech';
import { detectLanguage, isMostlyLatin } from '@llmos/language';
import { withModelSpan } from '@llmos/telemetry';
import { Injectable } from '@nestjs/common';
import type { z } from 'zod';
import type { Voice } from './ports/voice.port.js';
import { speechMetrics } from './speech.metrics.js';
import { piecesOf } from './text/pieces.js';
import { spokenText } from './text/spoken-text.js';
import { secondsOf, wavOf } from './wav.js';

type SpokenPiece = z.infer<typeof spokenPieceSchema>;

export interface SpeakContext {
  /** Ends the work between two pieces. */
  readonly signal: AbortSignal;
  readonly emit: (piece: SpokenPiece) => void;
}

/** Silence after a sentence; a part of one has none. */
const PAUSE_SECONDS = 0.2;

/** Speaks texts piece by piece: each piece is sent as soon as it is spoken, and the whole at the end. */
@Injectable()
export class SpeechService {
  private voice?: Voice;

  /** Speaks with this voice from now on. */
  use(voice: Voice): void {
    this.voice = voice;
  }

  /**
   * @throws LlmosError MODEL_LOADING until the voice is loaded, UNSUPPORTED_LANGUAGE for a text that is not English;
   * the reason of the signal on abort.
   */
  async synthesize(
    { text, language }: InputOf<typeof synthesize>,
    { signal, emit }: SpeakContext,
  ): Promise<OutputOf<typeof synthesize>> {
    const { voice } = this;
    if (!voice) throw new LlmosError('MODEL_LOADING', 'The voice is still loading. Try again shortly.');
    await requireEnglish(text, language);
    const startedAt = performance.now();
    return withModelSpan({ operation: 'synthesize', model: voice.model, provider: 'onnxruntime' }, async (span) => {
      const parts: Int16Array[] = [];
      const pieces = piecesOf(text);
      for (const [index, { words, ends }] of pieces.entries()) {
        signal.throwIfAborted();
        const said = await voice.speak(spokenText(words), signal);
        const samples = ends && index + 1 < pieces.length ? withPause(said, voice.sampleRate) : said;
        parts.push(samples);
        emit({ speech: { index, words, ...soundOf([samples], voice.sampleRate) } });
        if (index === 0) speechMetrics.firstSound.observe({}, (performance.now() - startedAt) / 1_000);
      }
      const sound = soundOf(parts, voice.sampleRate);
      speechMetrics.seconds.inc({}, sound.durationSeconds);
      span.setAttributes({
        'speech.text.length': text.length,
        'speech.pieces': parts.length,
        'speech.audio.duration_seconds': sound.durationSeconds,
      });
      return { ...sound, sampleRate: voice.sampleRate, pieces: parts.length, model: voice.model };
    });
  }

  async close(): Promise<void> {
    await this.voice?.close();
  }
}

/** English words for a customer whose language is unknown (`und`) are spoken; other letters cannot be. */
async function requireEnglish(text: string, stated: string | undefined): Promise<void> {
  const language = stated !== undefined && isMostlyLatin(text) ? stated : (await detectLanguage(text)).language;
  if (/^en\b/i.test(language) || (/^und\b/i.test(language) && isMostlyLatin(text))) return;
  const named = language === 'und' ? 'another language' : `'${language}'`;
  const field = stated === undefined || stated !== language ? 'text' : 'language';
  const message = `The voice speaks English only; the text is in ${named}. Show it as text.`;
  throw new LlmosError('UNSUPPORTED_LANGUAGE', message, { field });
}

function withPause(samples: Int16Array, sampleRate: number): Int16Array {
  const longer = new Int16Array(samples.length + Math.round(PAUSE_SECONDS * sampleRate));
  longer.set(samples);
  return longer;
}

function soundOf(parts: readonly Int16Array[], sampleRate: number) {
  return {
    audio: wavOf(parts, sampleRate),
    contentType: 'audio/wav' as const,
    durationSeconds: secondsOf(parts, sampleRate),
  };
}
