/** `WB10 to WB14`, `F20–F29` */
const RANGE = /(?<![\p{L}\p{N}])(\p{L}{1,4})(\d{1,4})\s*(?:to|until|–|—|-)\s*\1(\d{1,4})(?![\p{L}\p{N}])/giu;
/** A wider range says little about one of its codes. */
const MAX_CODES = 100;
/** More than the lists of most documents have. A short text can name millions. */
const MAX_CODES_OF_TEXT = 2_000;

/** The codes between the first and the last of each range that a text names: it says as much about `WB12` as about `WB10`. */
export function codesBetween(text: string): string[] {
  const codes = new Set<string>();
  for (const [, letters = '', first, last] of text.matchAll(RANGE)) {
    const between = Number(last) - Number(first) - 1;
    if (between > MAX_CODES) continue;
    for (let n = 1; n <= between; n++) {
      if (codes.size === MAX_CODES_OF_TEXT) return [...codes];
      codes.add(`${letters}${Number(first) + n}`);
    }
  }
  return [...codes];
}
