import { hasText } from './audio-format.js';

/**
 * Whether the structure of a container shows that the file ends too early: an element that declares more bytes than
 * follow, or a stream without its end. Formats whose headers declare a length are checked by their length instead.
 *
 * @param container FFmpeg's names of it; its demuxer's, if the file could not be opened.
 */
export function endsTooEarly(bytes: Uint8Array, container: string): boolean {
  const [name = ''] = container.split(',');
  return CHECKS[name]?.(bytes) ?? false;
}

/** Whether a WAV leaves its length open: recorders that write to a pipe declare 0 or almost the largest value. */
export function leavesLengthOpen(bytes: Uint8Array): boolean {
  const data = hasText(bytes, 0, 'RIFF') ? dataChunk(bytes) : undefined;
  return data !== undefined && isOpen(data.size);
}

const CHECKS: Readonly<Record<string, (bytes: Uint8Array) => boolean>> = {
  wav: wavEndsTooEarly,
  ogg: oggEndsTooEarly,
  matroska: matroskaEndsTooEarly,
  mov: boxesEndTooEarly,
  caf: chunksEndTooEarly,
  asf: objectsEndTooEarly,
  mpegts: (bytes) => bytes.length % MPEG_TS_PACKET_BYTES !== 0,
  gsm: (bytes) => bytes.length % GSM_FRAME_BYTES !== 0,
};

const RIFF_HEADER_BYTES = 12;
const RIFF_CHUNK_HEADER_BYTES = 8;
const RF64_DATA_SIZE_AT = 28;
const OPEN_FROM = 0x7fff0000;
const MPEG_TS_PACKET_BYTES = 188;
const GSM_FRAME_BYTES = 33;
const CAF_HEADER_BYTES = 8;
const CAF_CHUNK_HEADER_BYTES = 12;
const ASF_OBJECT_HEADER_BYTES = 24;

/** Samples that reach past the end of the file (RIFF WAVE, and EBU Tech 3306 for RF64), or none. */
function wavEndsTooEarly(bytes: Uint8Array): boolean {
  const data = dataChunk(bytes);
  if (!data) return true;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const isLarge = data.size === 0xffffffff && hasText(bytes, RIFF_HEADER_BYTES, 'ds64');
  const size = isLarge ? Number(view.getBigUint64(RF64_DATA_SIZE_AT, true)) : data.size;
  return (isLarge || !isOpen(size)) && data.at + size > bytes.length;
}

/** Where the samples of a WAV begin, and their declared size. */
function dataChunk(bytes: Uint8Array): { readonly at: number; readonly size: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = RIFF_HEADER_BYTES; at + RIFF_CHUNK_HEADER_BYTES <= bytes.length;) {
    const size = view.getUint32(at + 4, !hasText(bytes, 0, 'RIFX'));
    const body = at + RIFF_CHUNK_HEADER_BYTES;
    if (hasText(bytes, at, 'data')) return { at: body, size };
    // Chunks start at even offsets.
    at = body + size + (size % 2);
  }
  return undefined;
}

function isOpen(size: number): boolean {
  return size === 0 || size >= OPEN_FROM;
}

/** A chunk that reaches past the end of the file (Core Audio Format, chunk header). The last one may be open: -1. */
function chunksEndTooEarly(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = CAF_HEADER_BYTES; at < bytes.length;) {
    if (at + CAF_CHUNK_HEADER_BYTES > bytes.length) return true;
    const size = Number(view.getBigInt64(at + 4, false));
    if (size < 0) return false;
    at += CAF_CHUNK_HEADER_BYTES + size;
    if (at > bytes.length) return true;
  }
  return false;
}

const OGG_HEADER_BYTES = 27;
const OGG_LAST_PAGE = 4;

/** The last page must be whole and have the flag of the last page (RFC 3533, section 6). */
function oggEndsTooEarly(bytes: Uint8Array): boolean {
  let isLast = false;
  for (let at = 0; at < bytes.length && hasText(bytes, at, 'OggS');) {
    const segments = bytes[at + OGG_HEADER_BYTES - 1] ?? 0;
    const body = at + OGG_HEADER_BYTES + segments;
    const lacing = bytes.subarray(at + OGG_HEADER_BYTES, body);
    isLast = ((bytes[at + 5] ?? 0) & OGG_LAST_PAGE) !== 0;
    at = body + lacing.reduce((sum, size) => sum + size, 0);
    if (at > bytes.length) return true;
  }
  return !isLast;
}

/** A box that reaches past the end of the file (ISO 14496-12, 4.2). A file without an index cannot be opened at all. */
function boxesEndTooEarly(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let hasIndex = false;
  let at = 0;
  while (at + 8 <= bytes.length) {
    hasIndex ||= hasText(bytes, at + 4, 'moov');
    const short = view.getUint32(at, false);
    // 0: up to the end of the file. 1: the size follows in eight bytes.
    if (short === 0) return !hasIndex;
    const size = short === 1 && at + 16 <= bytes.length ? Number(view.getBigUint64(at + 8, false)) : short;
    if (size < 8) return false;
    at += size;
  }
  return at !== bytes.length || !hasIndex;
}

/** An object that reaches past the end of the file (Advanced Systems Format, 2.1). */
function objectsEndTooEarly(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  while (at + ASF_OBJECT_HEADER_BYTES <= bytes.length) {
    const size = Number(view.getBigUint64(at + 16, true));
    // A live recorder leaves the size open.
    if (size < ASF_OBJECT_HEADER_BYTES) return false;
    at += size;
  }
  return at !== bytes.length;
}

const SEGMENT = 0x18538067;
const CLUSTER = 0x1f43b675;

/** An element that reaches past the end of the file (RFC 8794). A live recorder leaves the size of its clusters open. */
function matroskaEndsTooEarly(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length;) {
    const id = elementNumber(bytes, at, true);
    const size = id && elementNumber(bytes, at + id.length, false);
    if (!id || !size) return true;
    const body = at + id.length + size.length;
    const isOpen = size.value === undefined;
    if (!isOpen && body + (size.value as number) > bytes.length) return true;
    if (isOpen && id.value !== SEGMENT && id.value !== CLUSTER) return false;
    at = isOpen ? body : body + (size.value as number);
  }
  return false;
}

/**
 * The number at `at`: the zero bits before the first one are its further bytes. An identifier keeps that first one; a
 * size of ones only is unknown. Undefined at the end of the file.
 */
function elementNumber(
  bytes: Uint8Array,
  at: number,
  isIdentifier: boolean,
): { readonly length: number; readonly value: number | undefined } | undefined {
  const length = Math.clz32(bytes[at] ?? 0) - 23;
  if (length > 8 || at + length > bytes.length) return undefined;
  const mark = 0x100 >> length;
  let value = (bytes[at] as number) & (isIdentifier ? 0xff : mark - 1);
  let isUnknown = !isIdentifier && value === mark - 1;
  for (let i = 1; i < length; i += 1) {
    const byte = bytes[at + i] as number;
    isUnknown &&= byte === 0xff;
    value = value * 256 + byte;
  }
  return { length, value: isUnknown ? undefined : value };
}
