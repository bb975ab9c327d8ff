/** Characters that look like a Latin letter or an ASCII sign, by that letter or sign. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  a: 'аαɑ𝛼ᴀɐ∂',
  b: 'ЬвʙᏏ',
  c: 'сϲᴄↅ¢',
  d: 'ԁɗᴅ',
  e: 'еєεҽᴇ℮ɛ',
  f: 'ғƒꜰ',
  g: 'ɡցɢ',
  h: 'һнʜ',
  i: 'іιɩıɪӏ¡',
  j: 'јϳᴊ',
  k: 'кκᴋ',
  l: 'ⅼʟ',
  m: 'мᴍ',
  n: 'пηռɴո',
  o: 'оοσօᴏ०',
  p: 'рρᴘ',
  q: 'ԛզ',
  r: 'гᴦʀ',
  s: 'ѕꜱ',
  t: 'тτᴛ',
  u: 'υսᴜ',
  v: 'ѵνᴠ',
  w: 'ѡԝωᴡ',
  x: 'хχ',
  y: 'уүγʏ',
  z: 'ᴢʐ',
  A: 'АΑᎪ',
  B: 'ВΒ',
  C: 'СϹ',
  E: 'ЕΕ',
  H: 'НΗ',
  I: 'ІΙӀ',
  J: 'Ј',
  K: 'КΚ',
  M: 'МΜ',
  N: 'Ν',
  O: 'ОΟ',
  P: 'РΡ',
  S: 'Ѕ',
  T: 'ТΤ',
  X: 'ХΧ',
  Y: 'УΥҮ',
  Z: 'Ζ',
  "'": '‘’ʼ`´',
  '"': '“”„«»',
  '-': '‐‑‒–—―−',
  '/': '⁄∕',
};

const LATIN_OF = new Map(
  Object.entries(LOOK_ALIKES).flatMap(([latin, others]) => [...others].map((other) => [other, latin] as const)),
);

/** The Latin letter or ASCII sign that `character` looks like, if there is one. */
export function homoglyphOf(character: string): string | undefined {
  return LATIN_OF.get(character);
}
