const UNITS: Readonly<Record<string, string>> = {
  ...{ zero: '0', oh: '0', o: '0', nought: '0', naught: '0', nil: '0', one: '1', two: '2', three: '3', four: '4' },
  ...{ five: '5', six: '6', seven: '7', eight: '8', nine: '9' },
};
const TEENS: Readonly<Record<string, string>> = {
  ...{ ten: '10', eleven: '11', twelve: '12', thirteen: '13', fourteen: '14', fifteen: '15', sixteen: '16' },
  ...{ seventeen: '17', eighteen: '18', nineteen: '19' },
};
const TENS: Readonly<Record<string, string>> = {
  ...{ twenty: '2', thirty: '3', forty: '4', fourty: '4', fifty: '5', sixty: '6', seventy: '7', eighty: '8' },
  ...{ ninety: '9' },
};
const TIMES: Readonly<Record<string, number>> = { double: 2, triple: 3, treble: 3, quadruple: 4 };
const ZEROS: Readonly<Record<string, string>> = { hundred: '00', thousand: '000' };

const anyOf = (words: object): string => `(?:${Object.keys(words).join('|')})`;
const DIGIT = `(?:${anyOf(UNITS)}|\\d)`;

/** The source of a pattern for what one says in one breath: "oh", "double five", "nine hundred", "forty-two". */
export const SPOKEN_GROUP = [
  `(?:${anyOf(TENS)}[ -])?${DIGIT} (?:hundred|thousand)`,
  `${anyOf(TIMES)} ${DIGIT}`,
  `${anyOf(TENS)}(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?`,
  anyOf(TEENS),
  anyOf(UNITS),
].join('|');

/** The digits that a {@link SPOKEN_GROUP} means: "nine hundred" is 900, "forty-two" is 42. */
export function digitsSpoken(group: string): string {
  const words = group.toLowerCase().split(/[ -]/);
  const [first = '', second] = words;
  const zeros = ZEROS[words.at(-1) ?? ''];
  if (zeros !== undefined) return words.slice(0, -1).map(leading).join('') + zeros;
  if (TIMES[first] !== undefined) return leading(second ?? '').repeat(TIMES[first]);
  if (TENS[first] !== undefined) return TENS[first] + (second === undefined ? '0' : leading(second));
  return TEENS[first] ?? leading(first);
}

function leading(word: string): string {
  return UNITS[word] ?? TENS[word] ?? word;
}
