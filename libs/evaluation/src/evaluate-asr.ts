import { detailsOf, type GatewayClient } from '@llmos/client';
import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { mapConcurrently, type EvaluationOptions } from './concurrency.js';
import { EvaluationError } from './evaluation-error.js';
import { wordErrors } from './word-errors.js';

export interface AsrReport {
  readonly files: number;
  readonly words: number;
  readonly errors: number;
  /** Word error rate. */
  readonly wer: number;
  /** Real-time factor: seconds of work per second of sound. */
  readonly rtf: number;
  /** Threads of the recogniser; null when the service does not report them. */
  readonly threads: number | null;
}

export interface Recording {
  readonly name: string;
  readonly path: string;
  /** The words that are spoken. */
  readonly text: string;
}

/** The recordings of a folder that have a text file of the same name. @throws EvaluationError when there are none. */
export function findRecordings(folder: string): Recording[] {
  const names = filesIn(folder);
  const found = names
    .filter((name) => /\.(wav|flac|mp3|ogg|webm)$/i.test(name) && names.includes(`${parse(name).name}.txt`))
    .map((name) => ({
      name,
      path: join(folder, name),
      text: readFileSync(join(folder, `${parse(name).name}.txt`), 'utf8'),
    }));
  if (found.length === 0)
    throw new EvaluationError(`${folder} has no recording with a text beside it, such as x.wav and x.txt`);
  return found;
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (cause) {
    throw new EvaluationError(`${folder} cannot be read`, 'give --dir the folder of the recordings', { cause });
  }
}

/** Transcribes each recording and counts the word errors. With a concurrency above 1, `rtf` includes waiting times. */
export async function evaluateAsr(
  client: GatewayClient,
  recordings: readonly Recording[],
  { concurrency, onDone }: EvaluationOptions,
): Promise<AsrReport> {
  const rows = await mapConcurrently(recordings, concurrency, async ({ name, path, text }) => {
    const reply = await client.process('transcribe', { audio: { name, bytes: new Uint8Array(await readFile(path)) } });
    const { transcript, durationSeconds, timings, threads } = detailsOf(reply);
    const workMs = timings?.find(({ capability }) => capability === 'asr.transcribe')?.handlerMs;
    if (typeof durationSeconds !== 'number' || workMs === undefined)
      throw new EvaluationError(`${name}: the pipeline transcribe returned no duration or timings`);
    onDone?.();
    return { ...wordErrors(text, transcript ?? ''), workSeconds: workMs / 1000, durationSeconds, threads };
  });
  const sum = (key: 'words' | 'errors' | 'workSeconds' | 'durationSeconds') =>
    rows.reduce((total, row) => total + row[key], 0);
  return {
    files: rows.length,
    words: sum('words'),
    errors: sum('errors'),
    wer: sum('errors') / sum('words'),
    rtf: sum('workSeconds') / sum('durationSeconds'),
    threads: rows.find(({ threads }) => typeof threads === 'number')?.threads ?? null,
  };
}
