import { englishAmong } from './head/character-head.js';

/** Words without which hardly a sentence is written, without those that English has too. */
const FUNCTION_WORDS = new Set(
  `der das und ist nicht mit für auf ein eine einen sie wir ihr ihre ihren den dem zu von im bei oder wenn wird werden sind
  können haben nach
  le la les une est pas pour vous nous dans sur avec votre vos ce cette sont du au aux et ou qui que
  el los las es para por con su sus del se y o una uno más
  il lo gli è non per della dei di da nel si che sono alla
  os não em seu sua dos das é um uma mais à
  het een de en niet van voor op zijn wordt u uw naar als kunt`.split(/\s+/),
);
const LETTERS = /\p{L}+/gu;
const LATIN = /\p{Script=Latin}/gu;
/** At least every eighth word is one of these. */
const SHARE = 1 / 8;

/**
 * Whether a text is certainly written in another language than English: most of its letters are not Latin, or enough of its
 * words are function words of German, French, Spanish, Italian, Portuguese or Dutch. The heads on vectors have learnt from
 * English passages alone, and take any other language for an attack.
 */
export function isOtherLanguage(text: string): boolean {
  const words = text.toLowerCase().match(LETTERS) ?? [];
  const letters = words.join('').length;
  if (letters === 0) return false;
  if ((text.match(LATIN) ?? []).length < letters / 2) return true;
  const known = words.filter((word) => FUNCTION_WORDS.has(word)).length;
  return known >= words.length * SHARE && known > englishAmong(words);
}
