import type { Span } from '@llmos/contracts';
import { cipherOf } from './cipher.js';
import { MORSE } from './morse.js';

/** A run of a text that was decoded. */
export interface DecodedRun {
  /** The run in the original. */
  readonly span: Span;
  readonly text: string;
  /** The name of the encoding for people, such as "base64". */
  readonly encoding: string;
}

/** A bound on the work; an attack needs only one run. */
const MAX_RUNS = 24;
const MAX_RUN_CHARS = 20_000;
const PRINTABLE_SHARE = 0.9;

const DECODERS: readonly { encoding: string; pattern: RegExp; decode: (run: string) => string }[] = [
  {
    encoding: 'base64',
    pattern: /(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/_-]{16,}={0,2}/g,
    decode: (run) => Buffer.from(run, 'base64').toString('utf8'),
  },
  {
    encoding: 'hexadecimal',
    pattern: /(?<![0-9A-Za-z])(?:(?:\\x|0x)?[0-9A-Fa-f]{2}[ :,;|-]?){8,}/g,
    decode: (run) => Buffer.from(run.replace(/\\x|0x|[ :,;|-]/g, ''), 'hex').toString('utf8'),
  },
  {
    encoding: 'octal character codes',
    pattern: /(?<![\d.])(?:[01]?[0-7]{2}[ ,;/|-]{1,2}){6,}[01]?[0-7]{2}(?!\d)/g,
    decode: (run) => asciiOf(run.match(/[0-7]{2,3}/g) ?? [], 8),
  },
  {
    encoding: 'percent-encoding',
    pattern: /(?:[\w.~+-]{0,40}%[0-9A-Fa-f]{2}){3,}[\w.~+-]{0,40}/g,
    decode: (run) => run.replaceAll('+', ' ').replace(/(?:%[0-9A-Fa-f]{2})+/g, percentBytes),
  },
  {
    encoding: 'character entities',
    pattern: /(?:&#(?:x[0-9A-Fa-f]{1,6}|[0-9]{1,7});[ \w]?){4,}/g,
    decode: entities,
  },
  {
    encoding: 'character entities',
    // Browsers read them without the semicolon, too.
    pattern: /(?:&#(?:x[0-9A-Fa-f]{1,6}|[0-9]{1,7})[ ,]?){4,}/g,
    decode: (run) => entities(run.replace(/(?<=[0-9A-Fa-f])[ ,]?(?=&|$)/g, ';')),
  },
  {
    encoding: 'octal character codes',
    pattern: /(?:\\[0-3]?[0-7]{2}){4,}/g,
    decode: (run) => asciiOf(run.match(/[0-7]{2,3}/g) ?? [], 8),
  },
  {
    encoding: 'quoted-printable',
    pattern: /(?:=[0-9A-Fa-f]{2}){6,}/g,
    decode: (run) => percentBytes(run.replaceAll('=', '%')),
  },
  {
    encoding: 'base32',
    pattern: /(?<![A-Za-z0-9+/=])[A-Z2-7]{24,}={0,6}(?![A-Za-z0-9+/])/g,
    decode: base32,
  },
  {
    encoding: 'decimal character codes',
    pattern: /(?<![\d.])(?:\d{2,3}[ ,;/|-]{1,2}){5,}\d{2,3}/g,
    decode: (run) => asciiOf(run.match(/\d+/g) ?? [], 10),
  },
  {
    encoding: 'binary',
    pattern: /(?<![01])(?:[01]{8}[ ,]?){4,}/g,
    decode: (run) => asciiOf(run.match(/[01]{8}/g) ?? [], 2),
  },
  {
    encoding: 'character escapes',
    pattern: /(?:\\u[0-9A-Fa-f]{4}|\\u\{[0-9A-Fa-f]{1,6}\}|[Uu]\+[0-9A-Fa-f]{4} ?){4,}/g,
    decode: (run) =>
      (run.match(/[0-9A-Fa-f]{4}|(?<=\{)[0-9A-Fa-f]{1,6}/g) ?? []).map((code) => characterOf(code, 16)).join(''),
  },
  {
    encoding: 'Morse code',
    pattern: /(?<![.-])(?:[.-]{1,5}[ /|]{1,3}){6,}[.-]{1,5}/g,
    decode: (run) =>
      run
        .split(/[/|]|\s{2,}/)
        .map((word) =>
          word
            .trim()
            .split(/\s+/)
            .map((code) => MORSE.get(code) ?? '')
            .join(''),
        )
        .join(' '),
  },
  {
    encoding: 'tag characters',
    pattern: /[\u{e0020}-\u{e007e}]{4,}/gu,
    decode: (run) => [...run].map((tag) => String.fromCodePoint((tag.codePointAt(0) ?? 0) - 0xe0000)).join(''),
  },
];

/** Finds and decodes the runs that could hide words; skips runs that do not decode to readable text. */
export function decodedRuns(original: string, folded: string): DecodedRun[] {
  const runs: DecodedRun[] = [];
  for (const { encoding, pattern, decode } of DECODERS) {
    for (const match of original.matchAll(pattern)) {
      if (runs.length >= MAX_RUNS) return runs;
      const text = decode(match[0].slice(0, MAX_RUN_CHARS));
      if (readable(text))
        runs.push({ span: { start: match.index, end: match.index + match[0].length }, text, encoding });
    }
  }
  const cipher = cipherOf(folded);
  if (cipher) runs.push({ span: { start: 0, end: original.length }, ...cipher });
  return runs;
}

function entities(run: string): string {
  return run.replace(/&#(x?)([0-9A-Fa-f]+);/g, (_, hex: string, digits: string) =>
    characterOf(digits, hex === 'x' ? 16 : 10),
  );
}

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** RFC 4648: five bits each, the last ones fill up the byte. */
function base32(run: string): string {
  const bytes: number[] = [];
  let [bits, count] = [0, 0];
  for (const letter of run.replaceAll('=', '')) {
    bits = ((bits << 5) | BASE32.indexOf(letter)) & 0xfff;
    count += 5;
    if (count < 8) continue;
    count -= 8;
    bytes.push((bits >> count) & 0xff);
  }
  return Buffer.from(bytes).toString('utf8');
}

function percentBytes(run: string): string {
  return Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8');
}

/** The characters of ASCII codes; nothing if one of the numbers is none. */
function asciiOf(codes: readonly string[], base: number): string {
  const values = codes.map((code) => parseInt(code, base));
  const isText = values.every((code) => (code >= 32 && code < 127) || code === 10 || code === 13);
  return isText ? String.fromCodePoint(...values) : '';
}

function characterOf(digits: string, base: number): string {
  const code = parseInt(digits, base);
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

function readable(text: string): boolean {
  if (text.length < 6) return false;
  const printable = text.match(/[\p{L}\p{N} .,:;!?'"\n/-]/gu)?.length ?? 0;
  return printable / [...text].length >= PRINTABLE_SHARE && /\p{L}{3}/u.test(text);
}
