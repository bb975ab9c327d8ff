import { FileFault } from './source-file.js';

/** As far as browsers look for the encoding that a page names. */
const NAMED_WITHIN = 1_024;

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

function markOf([first, second]: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}
