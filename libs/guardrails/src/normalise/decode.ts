import type { Span } from '@llmos/contracts';

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
    pattern: /(?<![0-9A-Za-z])(?:(?:\\x|0x)?[0-9A-Fa-f]{2}[ :,]?){8,}/g,
    decode: (run) => Buffer.from(run.replace(/\\x|0x|[ :,]/g, ''), 'hex').toString('utf8'),
  },
  {
    encoding: 'percent-encoding',
    pattern: /(?:[\w.~+-]{0,40}%[0-9A-Fa-f]{2}){3,}[\w.~+-]{0,40}/g,
    decode: (run) => run.replaceAll('+', ' ').replace(/(?:%[0-9A-Fa-f]{2})+/g, percentBytes),
  },
  {
    encoding: 'character entities',
    pattern: /(?:&#(?:x[0-9A-Fa-f]{1,6}|[0-9]{1,7});[ \w]?){4,}/g,
    decode: (run) =>
      run.replace(/&#(x?)([0-9A-Fa-f]+);/g, (_, hex: string, digits: string) => {
        const code = parseInt(digits, hex === 'x' ? 16 : 10);
        return code <= 0x10ffff ? String.fromCodePoint(code) : '';
      }),
  },
  {
    encoding: 'tag characters',
    pattern: /[\u{e0020}-\u{e007e}]{4,}/gu,
    decode: (run) => [...run].map((tag) => String.fromCodePoint((tag.codePointAt(0) ?? 0) - 0xe0000)).join(''),
  },
];

/** "ignore", "instructions", "system", "previous", "reveal", "prompt" by rot13. */
const ROT13_HINT = /\b(?:vtaber|vafgehpgvba|flfgrz|cerivbhf|erirny|cebzcg|qvfertneq)/;
/** "ignore", "instruction", "system", "previous", "reveal", "disregard" backwards. */
const REVERSED_HINT = /(?:erongi|snoitcurtsni|noitcurtsni|metsys|suoiverp|laever|draegersid|dragersid)\b/;

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
  const whole = { start: 0, end: original.length };
  if (ROT13_HINT.test(folded)) runs.push({ span: whole, text: rot13(folded), encoding: 'rot13' });
  if (REVERSED_HINT.test(folded)) {
    runs.push({ span: whole, text: [...folded].reverse().join(''), encoding: 'backward writing' });
  }
  return runs;
}

function percentBytes(run: string): string {
  return Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8');
}

function rot13(text: string): string {
  return text.replace(/[a-z]/g, (letter) => String.fromCharCode(((letter.charCodeAt(0) - 97 + 13) % 26) + 97));
}

function readable(text: string): boolean {
  if (text.length < 6) return false;
  const printable = text.match(/[\p{L}\p{N} .,:;!?'"\n/-]/gu)?.length ?? 0;
  return printable / [...text].length >= PRINTABLE_SHARE && /[a-z]{3}/i.test(text);
}
