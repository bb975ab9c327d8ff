/** `WB10 to WB14`, `F20–F29` */
const RANGE = /(?<![\p{L}\p{N}])(\p{L}{1,4})(\d{1,4})\s*(?:to|until|–|—|-)\s*\1(\d{1,4})(?![\p{L}\p{N}])/giu;
/** A wider range says little about one of its codes. */
const MAX_CODES = 100;

/** The codes between the first and the last of each range that a text names: it says as much about `WB12` as about `WB10`. */
export function codesBetween(text: string): string[] {
  return [...text.matchAll(RANGE)].flatMap(([, letters = '', first, last]) => {
    const between = Number(last) - Number(first) - 1;
    if (between > MAX_CODES) return [];
    return Array.from({ length: Math.max(0, between) }, (_, n) => `${letters}${Number(first) + 1 + n}`);
  });
}
