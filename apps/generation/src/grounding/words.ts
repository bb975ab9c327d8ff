/** One word or quantity of a text, normalised so that two ways of writing it are equal. */
export interface Word {
  /** As written. */
  readonly raw: string;
  /** What is compared: a stem, `#5` for a number, `NOT` for any negation. */
  readonly key: string;
  readonly kind: 'content' | 'number' | 'negation' | 'condition' | 'function';
  /** Written with a capital and not (only) because the sentence begins there. */
  readonly name: boolean;
  /** A comma, colon, bracket or dash stands before it. */
  readonly afterBreak: boolean;
}

const NUMBER_WORDS: Readonly<Record<string, number>> = {
  zero: 0,
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  thirteen: 13,
  fourteen: 14,
  fifteen: 15,
  sixteen: 16,
  seventeen: 17,
  eighteen: 18,
  nineteen: 19,
  twenty: 20,
  thirty: 30,
  forty: 40,
  fifty: 50,
  sixty: 60,
  seventy: 70,
  eighty: 80,
  ninety: 90,
  hundred: 100,
  thousand: 1000,
  million: 1_000_000,
  twice: 2,
  dozen: 12,
  once: 1,
};

const NEGATIONS = new Set(
  "not no never none nobody nothing neither nor without cannot can't won't don't doesn't didn't isn't aren't wasn't weren't couldn't wouldn't shouldn't hasn't haven't hadn't mustn't needn't unable".split(
    ' ',
  ),
);

/** Words that bind a statement to a condition or a limit: a sentence that loses one says more than its source. */
const CONDITIONS = new Set(
  'if unless until only except when while whenever before after must always every all each any least most maximum minimum'.split(
    ' ',
  ),
);

const FUNCTION_WORDS = new Set(
  `a an the this that these those it its itself he she they them their theirs we us our ours you your yours i me my mine
  is are was were be been being am do does did doing done have has had having will would shall should can could may might
  and or but so because as than then too also just very both either of to in on at by for from with about into onto over
  under up down out off through during between within per via which who whom whose what where why how there here such
  same own other another some much many more get gets got please yes okay ok hello hi thanks thank dear however therefore`.split(
    /\s+/,
  ),
);

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

/** A short suffix stripper: enough that "cards", "card's" and "carded" meet; never merges different words on purpose. */
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

const TOKEN = /[£$€¥]?\d[\d,]*(?:[.:]\d+)*(?:st|nd|rd|th)?%?|\p{L}[\p{L}\p{M}]*(?:['’-][\p{L}\p{M}]+)*|[£$€¥%]/gu;
const SCALES: Readonly<Record<string, number>> = { hundred: 100, thousand: 1000, million: 1_000_000 };

/** Takes a text apart into comparable words, in order. */
export function wordsOf(text: string): Word[] {
  const plain = normalise(text);
  const words: Word[] = [];
  let end = 0;
  for (const match of plain.matchAll(TOKEN)) {
    const between = plain.slice(end, match.index);
    end = match.index + match[0].length;
    words.push(wordOf(match[0], { first: words.length === 0, afterBreak: /[,;:()–—>]/u.test(between) }));
  }
  return words;
}

/** One form for each character that is written in several ways; control characters become spaces. */
export function normalise(text: string): string {
  return text
    .normalize('NFKC')
    .replace(/[‘’ʼ]/gu, "'")
    .replace(/[“”]/gu, '"')
    .replace(/[‐‑]/gu, '-')
    .replace(/(\d)\s*(?:per cent|percent)\b/giu, '$1%')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, ' ');
}

function wordOf(raw: string, place: { first: boolean; afterBreak: boolean }): Word {
  const lower = raw.toLowerCase();
  const name = /\p{Lu}/u.test(raw) && (!place.first || /\p{Lu}.*\p{Lu}/u.test(raw)) && raw !== 'I';
  const base = { raw, name, afterBreak: place.afterBreak };
  if (/\d/u.test(raw)) return { ...base, key: `#${numberKey(lower)}`, kind: 'number' };
  const value = Object.hasOwn(NUMBER_WORDS, lower) ? NUMBER_WORDS[lower] : hyphenated(lower);
  if (value !== undefined) return { ...base, name: false, key: `#${value}`, kind: 'number' };
  if (NEGATIONS.has(lower) || lower.endsWith("n't")) return { ...base, key: 'NOT', kind: 'negation' };
  if (CONDITIONS.has(lower)) return { ...base, key: lower, kind: 'condition' };
  if (FUNCTION_WORDS.has(lower.replace(/'(?:s|re|ve|ll|d|m)$/u, ''))) return { ...base, key: lower, kind: 'function' };
  return { ...base, key: Object.hasOwn(SCALES, lower) ? `#${SCALES[lower]}` : stem(lower), kind: 'content' };
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
  const [tens, units, ...rest] = text.split('-');
  if (!tens || !units || rest.length > 0 || !Object.hasOwn(NUMBER_WORDS, tens) || !Object.hasOwn(NUMBER_WORDS, units))
    return undefined;
  return NUMBER_WORDS[tens]! + NUMBER_WORDS[units]!;
}

/** The keys of the content words, names and numbers of a text. */
export function contentKeys(text: string): Set<string> {
  return new Set(
    wordsOf(text)
      .filter((word) => word.kind === 'content' || word.kind === 'number')
      .map((word) => word.key),
  );
}
