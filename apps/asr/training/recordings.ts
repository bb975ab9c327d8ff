import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SENTENCES = new URL('sentences.json', import.meta.url);
const FLITE_VOICES = ['slt', 'rms', 'awb', 'kal16'];
const ESPEAK_ENGLISH = ['en-us', 'en-gb', 'en-gb-x-rp', 'en-gb-scotland', 'en-029', 'en-us+f2', 'en-gb+m3', 'en-us+m7'];
const ESPEAK_SPEAKERS = ['', '+f2', '+m3', '+f4', '+m7'];
/** Words per minute, in turn. */
const SPEEDS = [145, 160, 175, 190];
const MAX_PIECE_SECONDS = 4;

/** A recording to learn from. */
export interface Recording {
  readonly bytes: Uint8Array;
  readonly isEnglish: boolean;
  /** What is said, where it is known. */
  readonly text?: string;
  /** Who speaks, or the language: what a fold leaves out together. */
  readonly group: string;
}

interface Sentences {
  readonly english: readonly string[];
  readonly other: Readonly<Record<string, readonly string[]>>;
}

/**
 * Speaks the sentences with the installed programs `flite` and `espeak-ng`, and cuts the real recordings into pieces
 * with `sox`.
 *
 * @param real paths of recordings of English, by group.
 */
export async function* makeRecordings(real: Readonly<Record<string, string>>): AsyncGenerator<Recording> {
  const { english, other } = JSON.parse(await readFile(SENTENCES, 'utf8')) as Sentences;
  const folder = await mkdtemp(join(tmpdir(), 'recordings-'));
  const wav = join(folder, 'spoken.wav');
  const spoken = async (group: string, text?: string): Promise<Recording> => {
    const bytes = new Uint8Array(await readFile(wav));
    return { bytes, isEnglish: text !== undefined, group, ...(text === undefined ? {} : { text }) };
  };
  try {
    for (const [i, text] of english.entries()) {
      for (const voice of FLITE_VOICES) {
        await run('flite', ['-voice', voice, '-t', text, '-o', wav]);
        yield await spoken(`flite ${voice}`, text);
      }
      for (const turn of [0, 3, 6]) {
        const voice = inTurn(ESPEAK_ENGLISH, i + turn);
        await run('espeak-ng', ['-v', voice, '-s', String(inTurn(SPEEDS, i)), '-w', wav, text]);
        yield await spoken(`espeak ${voice}`, text);
      }
    }
    for (const [language, texts] of Object.entries(other)) {
      for (const [i, text] of texts.entries()) {
        for (const turn of [0, 1]) {
          const voice = language + inTurn(ESPEAK_SPEAKERS, 2 * i + turn);
          await run('espeak-ng', ['-v', voice, '-s', String(inTurn(SPEEDS, i)), '-w', wav, text]);
          yield await spoken(language);
        }
      }
    }
    for (const [group, path] of Object.entries(real)) {
      const pieces = join(folder, group);
      await mkdir(pieces);
      const cut = ['trim', '0', String(MAX_PIECE_SECONDS), ':', 'newfile', ':', 'restart'];
      await run('sox', [path, '-r', '16000', '-c', '1', join(pieces, 'piece.wav'), ...cut]);
      for (const piece of await readdir(pieces))
        yield { bytes: new Uint8Array(await readFile(join(pieces, piece))), isEnglish: true, group };
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function inTurn<T>(values: readonly T[], turn: number): T {
  return values[turn % values.length] as T;
}
