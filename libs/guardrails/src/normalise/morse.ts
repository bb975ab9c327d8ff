const CODES =
  '.- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --..'.split(
    ' ',
  );

/** The letters by their Morse codes. */
export const MORSE: ReadonlyMap<string, string> = new Map(
  CODES.map((code, at) => [code, String.fromCharCode(97 + at)]),
);
