/** What Redis stores for an entry: a header that scripts read, and the sealed content. */
export interface EntryFrame {
  /** Of the entry's id: an entry is stored once, however often it is appended. */
  readonly entryHash: string;
  /** Of the user who took part; empty for none. */
  readonly userHash: string;
  /** When it was stored, in Unix milliseconds. */
  readonly storedAtMs: number;
}

const HEADER = /^([\w-]{22})\.([\w-]{22}|)\.(\d{1,16})$/;
/** No header is longer than this many bytes. */
const HEADER_LIMIT = 64;
const END = 0x0a;

/** `<entry hash>.<user hash>.<milliseconds>`; a line feed and the content follow. The content is sealed under it. */
export function headerOf({ entryHash, userHash, storedAtMs }: EntryFrame): string {
  return `${entryHash}.${userHash}.${storedAtMs}`;
}

export function encodeFrame(header: string, content: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${header}\n`, 'latin1'), content]);
}

/** @returns undefined for bytes that this library did not write. */
export function decodeFrame(bytes: Buffer): { header: string; frame: EntryFrame; content: Buffer } | undefined {
  const end = bytes.subarray(0, HEADER_LIMIT).indexOf(END);
  const header = bytes.toString('latin1', 0, Math.max(end, 0));
  const [, entryHash, userHash, storedAtMs] = HEADER.exec(header) ?? [];
  if (entryHash === undefined || userHash === undefined) return undefined;
  return { header, frame: { entryHash, userHash, storedAtMs: Number(storedAtMs) }, content: bytes.subarray(end + 1) };
}
