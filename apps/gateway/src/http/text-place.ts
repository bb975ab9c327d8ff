const LF = 10;
const CR = 13;

/** "line 3, column 11" of a character in a text, both from 1. Lines end with LF, CRLF or CR; columns are characters. */
export function placeOf(text: string, offset: number): string {
  let [line, start] = [1, 0];
  for (let at = 0; at < offset; at++) {
    const code = text.charCodeAt(at);
    if (code !== LF && (code !== CR || text.charCodeAt(at + 1) === LF)) continue;
    line++;
    start = at + 1;
  }
  let column = 1;
  for (let at = start; at < offset; at += text.codePointAt(at)! > 0xffff ? 2 : 1) column++;
  return `line ${line}, column ${column}`;
}

/** Where the bytes stop to be UTF-8, as an offset into `text`: what they decode to with replacement characters. */
export function utf8Fault(bytes: Buffer, text: string): number {
  let [at, byte] = [0, 0];
  for (let next = text.indexOf('\ufffd'); next !== -1; next = text.indexOf('\ufffd', at + 1)) {
    byte += Buffer.byteLength(text.slice(at, next));
    if (bytes.toString('latin1', byte, byte + 3) !== '\xef\xbf\xbd') return next;
    at = next;
  }
  return at;
}
