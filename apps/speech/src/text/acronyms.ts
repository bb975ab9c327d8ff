/** Said as words, with the spelling that is pronounced right. */
const WORDS: Readonly<Record<string, string>> = {
  ...{ PIN: 'pin', PINS: 'pins', SIM: 'sim', SWIFT: 'swift', SEPA: 'seepa', IBAN: 'eyeban', BACS: 'backs' },
  ...{ CHAPS: 'chaps', NATO: 'nayto', COVID: 'covid', ISA: 'eye sa', APP: 'app', OK: 'okay', BIN: 'bin', RAM: 'ram' },
  ...{ GIF: 'gif', LAN: 'lan', CAPTCHA: 'captcha', PayPal: 'pay pal', iPhone: 'eye phone', iPad: 'eye pad' },
};
/** Words that are written in capitals for emphasis. */
const EMPHASIS = new Set(
  'NOT NEVER ALWAYS ONLY MUST AND OR ALL NO YES DO IF WE YOU YOUR THE IS ARE TO FREE NEW STOP NOW CARD BANK'.split(' '),
);
const LONGEST_ACRONYM = 5;

/**
 * Words in capitals as they are said: `PIN` is a word, `ATM` is `A T M`, `FAQs` is `F A Qs`. A capital that stands
 * alone is the name of a letter, so the article at the beginning of a sentence becomes small.
 */
export function sayAcronyms(text: string): string {
  const shouted = isShouted(text) ? text.replace(/\b[A-Z]{2,}\b/g, (word) => WORDS[word] ?? word.toLowerCase()) : text;
  return shouted
    .replace(/(^|[.!?:] +|["“(])A(?= [a-z\d£$€])/g, '$1a')
    .replace(/\b(?:PayPal|iPhone|iPad)(?=s?\b)/g, (word) => WORDS[word]!)
    .replace(/\b([A-Z][A-Z&]*[A-Z])(s?)\b/g, (_, letters: string, plural: string) => sayAcronym(letters, plural))
    .replace(/\b([A-Z]{1,3})(?=\d)/g, (_, letters: string) => `${[...letters].join(' ')} `)
    .replace(/(?<=\d)([A-Z]{1,3})\b/g, (_, letters: string) => ` ${[...letters].join(' ')}`);
}

function sayAcronym(letters: string, plural: string): string {
  const word =
    WORDS[letters] ?? (EMPHASIS.has(letters) || letters.length > LONGEST_ACRONYM ? letters.toLowerCase() : '');
  if (word) return word + plural;
  return [...letters.replaceAll('&', '')].join(' ') + (plural && "'s");
}

/** Whether most of the words are in capitals: then capitals say nothing. */
function isShouted(text: string): boolean {
  const words = text.match(/[A-Za-z]{2,}/g) ?? [];
  return words.length > 3 && words.filter((word) => word === word.toUpperCase()).length > words.length / 2;
}
