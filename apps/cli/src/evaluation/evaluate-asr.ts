import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { CliError } from '../cli-error.js';
import type { GatewayClient } from '@llmos/client';
import { detailsOf } from '@llmos/client';
import { eachAtOnce } from './each-at-once.js';
import { wordErrors } from './word-errors.js';

export interface AsrReport {
  readonly files: number;
  readonly words: number;
  readonly errors: number;
  readonly wer: number;
  /** Seconds of work of the service per second of sound. */
  readonly rtf: number;
  /** Of the recogniser; null when the service does not say. */
  readonly threads: number | null;
}

export interface Recording {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

/** Sound files that lie beside a text file of the same name. */
export function findRecordings(folder: string): Recording[] {
  const names = namesIn(folder);
  const found = names
    .filter((name) => /\.(wav|flac|mp3|ogg|webm)$/i.test(name) && names.includes(`${parse(name).name}.txt`))
    .map((name) => ({
      name,
      path: join(folder, name),
      text: readFileSync(join(folder, `${parse(name).name}.txt`), 'utf8'),
    }));
  if (found.length === 0)
    throw new CliError(`${folder} holds no recording with a text beside it, such as x.wav and x.txt`);
  return found;
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (cause) {
    throw new CliError(`${folder} is no folder that can be read`, 'give --dir the folder of the recordings', { cause });
  }
}

/** Transcribes each recording and counts the words that differ. One at a time, or the real-time factor would tell of queues. */
export async function evaluateAsr(
  client: GatewayClient,
  recordings: readonly Recording[],
  concurrency: number,
  onDone: () => void,
): Promise<AsrReport> {
  const rows = await eachAtOnce(recordings, concurrency, async ({ name, path, text }) => {
    const reply = await client.process('transcribe', { audio: { name, bytes: new Uint8Array(await readFile(path)) } });
    const { transcript, durationSeconds, timings, threads } = detailsOf(reply);
    const workMs = timings?.find(({ capability }) => capability === 'asr.transcribe')?.handlerMs;
    if (typeof durationSeconds !== 'number' || workMs === undefined)
      throw new CliError(`${name}: the pipeline transcribe gave no duration or timings`);
    onDone();
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
