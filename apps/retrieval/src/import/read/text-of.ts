import { FileFault } from './source-file.js';

/** As far as browsers look for the encoding that a page names. */
const NAMED_WITHIN = 1_024;
const MOSTLY = 0.7;

/**
 * The text of a file: in the encoding of its byte order mark, of its media type or of the page itself, else UTF-8, else
 * Windows-1252, which is what files that are not UTF-8 mostly are.
 *
 * @throws FileFault for a file that is no text
 */
export function textOf(bytes: Uint8Array, type?: string): string {
  const text = decode(bytes, type);
  if (text.includes('\0')) throw new FileFault('is no text');
  return text.replace(/\r\n?/gu, '\n');
}

function decode(bytes: Uint8Array, type: string | undefined): string {
  const mark = markOf(bytes);
  if (mark) return new TextDecoder(mark).decode(bytes);
  const head = Buffer.from(bytes.subarray(0, NAMED_WITHIN)).toString('latin1');
  const named =
    /charset\s*=\s*["']?([\w-]{2,30})/iu.exec(type ?? '') ?? /<meta[^>]+charset\s*=\s*["']?([\w-]{2,30})/iu.exec(head);
  for (const encoding of [named?.[1], 'utf-8']) {
    if (encoding === undefined) continue;
    try {
      return new TextDecoder(encoding, { fatal: true }).decode(bytes);
    } catch {
      // The file is not what it says.
    }
  }
  return new TextDecoder('windows-1252').decode(bytes);
}

function markOf(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  // Without a mark, every other byte of most texts in UTF-16 is zero.
  const head = bytes.subarray(0, NAMED_WITHIN);
  const zeros = [0, 1].map((parity) => head.filter((byte, n) => byte === 0 && n % 2 === parity).length);
  const isWide = (n: 0 | 1): boolean => zeros[n]! > MOSTLY * (head.length / 2) && zeros[1 - n] === 0;
  return isWide(1) ? 'utf-16le' : isWide(0) ? 'utf-16be' : undefined;
}
