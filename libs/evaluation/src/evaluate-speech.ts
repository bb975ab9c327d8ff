import { ClientError, detailsOf, soundOf, spokenPieceOf, type GatewayClient, type Sound } from '@llmos/client';
import { z } from 'zod';
import { mapConcurrently, type EvaluationOptions } from './concurrency.js';
import { EvaluationError } from './evaluation-error.js';
import { hearingErrors } from './heard-words.js';
import { parseLines } from './json-lines.js';

const sentenceSchema = z.object({ text: z.string().min(1), spoken: z.string().min(1) });
/** A sentence, and the words that a person says who reads it. */
export type Sentence = z.infer<typeof sentenceSchema>;

export interface SpeechReport {
  readonly sentences: number;
  readonly words: number;
  /** Words that the speech service did not hear as they are to be said. */
  readonly errors: number;
  /** The part of the words that was heard right. */
  readonly intelligibility: number;
  /** Real-time factor: seconds of work per second of sound. */
  readonly rtf: number;
  /** From the request to the first sound, over HTTP. */
  readonly firstSoundMs: { readonly p50: number; readonly p95: number };
}

/** Reads JSON lines: `{"text", "spoken"}`. */
export function parseSentences(text: string, file: string): Sentence[] {
  return parseLines(text, file, sentenceSchema);
}

/** Lets each sentence be spoken (`speak`) and heard (`transcribe`), and compares the words by their sound. */
export async function evaluateSpeech(
  client: GatewayClient,
  sentences: readonly Sentence[],
  { concurrency, onDone }: EvaluationOptions,
): Promise<SpeechReport> {
  const rows = await mapConcurrently(sentences, concurrency, async ({ text, spoken }) => {
    const said = await speak(client, text);
    const errors = hearingErrors(spoken, await hear(client, said.sound));
    onDone?.();
    return { ...said, ...errors };
  });
  const sum = (valueOf: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + valueOf(row), 0);
  const [words, errors] = [sum((row) => row.words), sum((row) => row.errors)];
  const firstSounds = rows.map(({ firstSoundMs }) => firstSoundMs).sort((a, b) => a - b);
  const percentile = (part: number) => firstSounds[Math.ceil(part * firstSounds.length) - 1] ?? 0;
  return {
    sentences: rows.length,
    words,
    errors,
    intelligibility: 1 - errors / words,
    rtf: sum(({ workSeconds }) => workSeconds) / sum(({ sound }) => sound.durationSeconds),
    firstSoundMs: { p50: percentile(0.5), p95: percentile(0.95) },
  };
}

async function speak(client: GatewayClient, text: string) {
  const startedAt = performance.now();
  let firstSoundMs: number | undefined;
  const onDelta = (delta: unknown) => {
    if (spokenPieceOf(delta)) firstSoundMs ??= performance.now() - startedAt;
  };
  const reply = await client.stream('speak', { text }, { onDelta });
  const sound = soundOf(reply);
  const work = detailsOf(reply).timings?.find(({ capability }) => capability === 'speech.synthesize');
  if (!sound || !work || firstSoundMs === undefined)
    throw new EvaluationError(`the pipeline speak returned no sound or timings for '${text}'`);
  return { sound, firstSoundMs, workSeconds: work.handlerMs / 1_000 };
}

/** Sound that is not recognised as English is heard as nothing. */
async function hear(client: GatewayClient, { audio }: Sound): Promise<string> {
  try {
    const reply = await client.process('transcribe', { audio: { name: 'spoken.wav', bytes: audio } });
    return detailsOf(reply).transcript ?? '';
  } catch (error) {
    if (error instanceof ClientError && error.code === 'UNSUPPORTED_LANGUAGE') return '';
    throw error;
  }
}
