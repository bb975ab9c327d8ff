import { LlmosError } from '@llmos/contracts';
import type { AudioFormat } from './audio-format.js';

/** Samples without a header, as a content type declares them. */
interface RawType {
  readonly demuxer: string;
  /** Missing if the type must declare its rate. */
  readonly rate?: number;
  /** Whether the demuxer has the options `sample_rate` and `ch_layout`. */
  readonly isPcm: boolean;
  readonly options?: string;
}

const MULAW: RawType = { demuxer: 'mulaw', rate: 8_000, isPcm: true };
const ALAW: RawType = { demuxer: 'alaw', rate: 8_000, isPcm: true };
const PCM_16: RawType = { demuxer: 's16le', isPcm: true };

/** By the subtype of `audio/…`, in lower case (RFC 3551, RFC 4856, and the names in use). */
const TYPES: ReadonlyMap<string, RawType> = new Map([
  ...['basic', 'pcmu', 'x-mulaw', 'mulaw', 'x-ulaw', 'ulaw', 'g711-mulaw', 'x-g711-mulaw'].map(named(MULAW)),
  ...['pcma', 'x-alaw', 'alaw', 'x-alaw-basic', 'alaw-basic', 'g711-alaw', 'x-g711-alaw'].map(named(ALAW)),
  ...['l16', 'x-l16', 'pcm', 'x-pcm', 'raw', 'x-raw'].map(named(PCM_16)),
  ['l8', { demuxer: 'u8', isPcm: true }],
  ['l24', { demuxer: 's24be', isPcm: true }],
  // The codec has 16,000 samples per second, whatever rate is declared: 8000 is the clock of its packets.
  ...['g722', 'x-g722'].map(named({ demuxer: 'g722', isPcm: false })),
  ...['gsm', 'x-gsm'].map(named({ demuxer: 'gsm', isPcm: false })),
  ['amr', { demuxer: 'amrnb', isPcm: false }],
  ['amr-wb', { demuxer: 'amrwb', isPcm: false }],
  ['g729', { demuxer: 'g729', isPcm: false }],
  ...[2, 3, 4, 5].map((bits): [string, RawType] => [
    `g726-${bits * 8}`,
    { demuxer: 'g726le', isPcm: false, options: `code_size=${bits}:sample_rate=8000` },
  ]),
]);

const MAX_RATE = 384_000;
const MIN_RATE = 4_000;
const MAX_CHANNELS = 8;

/**
 * The format that a content type declares, such as `audio/x-mulaw;rate=8000` or `audio/L16;rate=16000;channels=1`;
 * undefined for the types of files with a header, which declare themselves.
 *
 * `audio/L16` is big-endian by its standard, and often little-endian: the byte order of 16-bit samples is read from
 * the samples, unless `endianness` declares it.
 *
 * @throws LlmosError INVALID_AUDIO if the rate is missing, or the rate or the channels are out of range.
 */
export function declaredFormat(contentType: string | undefined, bytes: Uint8Array): AudioFormat | undefined {
  const [type = '', ...parameters] = trimmed(contentType ?? '')
    .toLowerCase()
    .split(';');
  const [, subtype] = /^\s*audio\/([\w.+-]+)\s*$/.exec(type) ?? [];
  const raw = TYPES.get(subtype ?? '');
  if (!raw || subtype === undefined) return undefined;
  const name = `audio/${subtype}`;
  if (!raw.isPcm) return { name, demuxer: raw.demuxer, options: raw.options ?? '' };
  const declared = new Map(parameters.map((parameter) => parameter.split('=').map(trimmed) as [string, string]));
  const rate = declared.get('rate') ?? declared.get('samplerate') ?? declared.get('sample_rate') ?? raw.rate;
  const channels = declared.get('channels') ?? 1;
  checkLayout(name, rate, channels);
  const demuxer = raw === PCM_16 ? sixteenBits(declared.get('endianness'), bytes, Number(channels)) : raw.demuxer;
  return { name, demuxer, options: `sample_rate=${rate}:ch_layout=${channels}C` };
}

function checkLayout(name: string, rate: string | number | undefined, channels: string | number): void {
  if (rate === undefined)
    throw invalid(`The content type ${name} must declare its sample rate, such as ${name};rate=16000.`);
  if (!isWithin(rate, MIN_RATE, MAX_RATE))
    throw invalid(`The content type declares ${rate} samples per second; ${MIN_RATE} to ${MAX_RATE} are supported.`);
  if (!isWithin(channels, 1, MAX_CHANNELS))
    throw invalid(`The content type declares ${channels} channels; 1 to ${MAX_CHANNELS} are supported.`);
}

function sixteenBits(endianness: string | undefined, bytes: Uint8Array, channels: number): string {
  if (endianness !== undefined) return endianness.startsWith('big') ? 's16be' : 's16le';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return roughness(view, channels, false) < roughness(view, channels, true) ? 's16be' : 's16le';
}

/** The mean step from sample to sample: in the wrong byte order sound is as rough as noise. */
function roughness(view: DataView, channels: number, littleEndian: boolean): number {
  let sum = 0;
  for (let at = 2 * channels; at + 1 < view.byteLength; at += 2) {
    sum += Math.abs(view.getInt16(at, littleEndian) - view.getInt16(at - 2 * channels, littleEndian));
  }
  return sum;
}

function named(type: RawType): (name: string) => [string, RawType] {
  return (name) => [name, type];
}

function trimmed(text: string): string {
  return text.trim().replace(/^"|"$/g, '');
}

function isWithin(value: string | number, min: number, max: number): boolean {
  return /^\d{1,6}$/.test(String(value)) && Number(value) >= min && Number(value) <= max;
}

function invalid(message: string): LlmosError {
  return new LlmosError('INVALID_AUDIO', message, { field: 'audio' });
}
