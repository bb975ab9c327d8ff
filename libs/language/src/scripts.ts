/** Writing systems of one language, in the order of the decision: Japanese also uses Chinese characters. */
const SCRIPTS: readonly (readonly [code: string, letter: RegExp])[] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['ko', /\p{Script=Hangul}/gu],
  ['zh', /\p{Script=Han}/gu],
  ['el', /\p{Script=Greek}/gu],
  ['he', /\p{Script=Hebrew}/gu],
  ['th', /\p{Script=Thai}/gu],
];
/** A Chinese character or a syllable says as much as two letters. */
const WEIGHT = 2;
const EAST_ASIAN = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/gu;

/** Whether at least half of the letters are Latin; also for a text without letters. */
export function isMostlyLatin(text: string): boolean {
  const eastAsian = count(text, EAST_ASIAN);
  return count(text, /\p{Script=Latin}/gu) >= (count(text, /\p{L}/gu) + (WEIGHT - 1) * eastAsian) / 2;
}

/** The language whose writing system only it uses, if the text is written in one. */
export function languageOfScript(text: string): string | undefined {
  const [code] = SCRIPTS.find(([, letter]) => count(text, letter) > 0) ?? [];
  return code;
}

function count(text: string, letter: RegExp): number {
  return text.match(letter)?.length ?? 0;
}
