/** One word or quantity of a text, normalised so that two ways of writing it are equal. */
export interface Word {
  /** As written. */
  readonly raw: string;
  /** The form that is compared: a stem, `#5` for a number, `NOT` for any negation. */
  readonly key: string;
  readonly kind: 'content' | 'number' | 'negation' | 'condition' | 'function';
  /** Capitalised, and not only because it begins a sentence. */
  readonly name: boolean;
  /** Follows a comma, colon, bracket or dash. */
  readonly afterBreak: boolean;
  /** Follows an opening bracket. */
  readonly afterBracket: boolean;
}

const UNITS = `zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
  seventeen eighteen nineteen`.split(/\s+/);
const TENS = 'twenty thirty forty fifty sixty seventy eighty ninety'.split(' ');
const SCALES = { hundred: 100, thousand: 1_000, million: 1_000_000 };
const NUMBERS: ReadonlyMap<string, number> = new Map([
  ...UNITS.map((word, value): [string, number] => [word, value]),
  ...TENS.map((word, at): [string, number] => [word, 20 + 10 * at]),
  ...Object.entries({ ...SCALES, once: 1, twice: 2, dozen: 12 }),
]);

const NEGATIONS = wordSet(`
  not no never none nobody nothing neither nor without cannot can't won't don't doesn't didn't isn't aren't
  wasn't weren't couldn't wouldn't shouldn't hasn't haven't hadn't mustn't needn't unable
`);

/** Words that tie a statement to a condition or a limit: without them a sentence states more than its source. */
const CONDITIONS = wordSet(`
  if unless until only except when while whenever before after must always every all each any least most maximum
  minimum
`);

const FUNCTION_WORDS = wordSet(`
  a an the this that these those it its itself he she they them their theirs we us our ours you your yours i me my
  mine is are was were be been being am do does did doing done have has had having will would shall should can
  could may might and or but so because as than then too also just very both either of to in on at by for from
  with about into onto over under up down out off through during between within per via which who whom whose what
  where why how there here such same own other another some much many more get gets got please yes okay ok hello
  hi thanks thank dear however therefore
`);

const IRREGULAR: Readonly<Record<string, string>> = {
  sent: 'send',
  paid: 'pay',
  took: 'take',
  taken: 'take',
  chosen: 'choos',
  chose: 'choos',
  came: 'come',
  went: 'go',
  gone: 'go',
  kept: 'keep',
  held: 'hold',
  lost: 'lose',
  found: 'find',
  made: 'make',
  given: 'give',
  gave: 'give',
  spent: 'spend',
  broken: 'break',
  stolen: 'steal',
  withdrew: 'withdraw',
  withdrawn: 'withdraw',
  bought: 'buy',
  told: 'tell',
  left: 'leave',
};

/** The words of a list that is written with white space between them. */
export function wordSet(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}

/** A small suffix stripper: "cards", "card's" and "carded" get one stem. */
export function stem(word: string): string {
  let text = word.replace(/'s$|'$/u, '');
  const irregular = IRREGULAR[text];
  if (irregular) return irregular;
  if (text.length > 4 && text.endsWith('ies')) text = `${text.slice(0, -3)}y`;
  else if (text.length > 4 && /(?:ss|x|ch|sh)es$/u.test(text)) text = text.slice(0, -2);
  else if (text.length > 3 && /[^su]s$/u.test(text)) text = text.slice(0, -1);
  if (text.length > 5 && text.endsWith('ing')) text = undouble(text.slice(0, -3));
  else if (text.length > 4 && text.endsWith('ied')) text = `${text.slice(0, -3)}y`;
  else if (text.length > 4 && text.endsWith('ed')) text = undouble(text.slice(0, -2));
  if (text.length > 4 && text.endsWith('ly')) text = text.slice(0, -2);
  if (text.length > 3 && text.endsWith('e')) text = text.slice(0, -1);
  return text;
}

function undouble(text: string): string {
  return /([bdgmnprt])\1$/u.test(text) ? text.slice(0, -1) : text;
}

const TOKEN =
  /[£$€¥]?(?:\d[\d,]*(?:[.:]\d+)*\p{No}*|[¼-¾⅐-⅞])(?:st|nd|rd|th)?%?|\p{L}[\p{L}\p{M}]*(?:['’-][\p{L}\p{M}]+)*|[£$€¥%]/gu;

/** Splits a text into comparable words, in order. */
export function wordsOf(text: string): Word[] {
  const plain = normalise(text);
  const words: Word[] = [];
  let end = 0;
  for (const match of plain.matchAll(TOKEN)) {
    const between = plain.slice(end, match.index);
    end = match.index + match[0].length;
    const place = { afterBreak: /[,;:()–—>]/u.test(between), afterBracket: between.includes('(') };
    words.push(wordOf(match[0], place, words.length === 0));
  }
  return words;
}

/**
 * Unifies characters that are written in several ways; control characters become spaces. Fractions and exponents stay: `2½`
 * would become `21⁄2`.
 */
export function normalise(text: string): string {
  return text
    .replace(/\P{No}+/gu, (part) => part.normalize('NFKC'))
    .replace(/[‘’ʼ]/gu, "'")
    .replace(/[“”]/gu, '"')
    .replace(/[‐‑]/gu, '-')
    .replace(/(\d)\s*(?:per cent|percent)\b/giu, '$1%')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}

function wordOf(raw: string, place: Pick<Word, 'afterBreak' | 'afterBracket'>, isFirst: boolean): Word {
  const lower = raw.toLowerCase();
  const name = /\p{Lu}/u.test(raw) && (!isFirst || /\p{Lu}.*\p{Lu}/u.test(raw)) && raw !== 'I';
  const base = { raw, name, ...place };
  if (/[\d\p{No}]/u.test(raw)) return { ...base, key: `#${numberKey(lower)}`, kind: 'number' };
  const value = NUMBERS.get(lower) ?? hyphenated(lower);
  if (value !== undefined) return { ...base, name: false, key: `#${value}`, kind: 'number' };
  if (NEGATIONS.has(lower) || lower.endsWith("n't")) return { ...base, key: 'NOT', kind: 'negation' };
  if (CONDITIONS.has(lower)) return { ...base, key: lower, kind: 'condition' };
  if (FUNCTION_WORDS.has(lower.replace(/'(?:s|re|ve|ll|d|m)$/u, ''))) return { ...base, key: lower, kind: 'function' };
  return { ...base, key: stem(lower), kind: 'content' };
}

/** `£1,000.00` → `£1000`, `1.50%` → `1.5%`, `23:59` as it is. */
function numberKey(text: string): string {
  const match = /^([£$€¥]?)([\d,.]+)(%?)$/u.exec(text);
  if (!match) return text;
  const value = Number(match[2]!.replace(/,/gu, ''));
  return Number.isFinite(value) ? `${match[1]}${value}${match[3]}` : text;
}

/** `twenty-four` → 24. */
function hyphenated(text: string): number | undefined {
  const [tens, units, ...rest] = text.split('-').map((part) => NUMBERS.get(part));
  return tens === undefined || units === undefined || rest.length > 0 ? undefined : tens + units;
}

/** The keys of the content words, names and numbers of a text. */
export function contentKeys(text: string): Set<string> {
  return new Set(
    wordsOf(text)
      .filter((word) => word.kind === 'content' || word.kind === 'number')
      .map((word) => word.key),
  );
}
