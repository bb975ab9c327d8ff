/** A value as the caller sent it, in the form of the contract; a value that has no such form is left as it is. */
export type Convert = (value: unknown) => unknown;

/** What databases and tables write for nothing. As an id it would make one user of all who have none. */
const NOTHING = /^(?:null|nan|none|undefined|#?n\/a|\\n)$/i;

/** Whether a text stands for nothing. */
export const absent = (text: string): boolean => NOTHING.test(text);
const given = (text: string): string => (absent(text) ? '' : text);

/** Ids are texts. Above 2^53 different numbers of a JSON text become the same number, so they are no ids. */
export const toId: Convert = (value) => {
  if (typeof value === 'string') return given(value.trim());
  return typeof value === 'number' && (Number.isSafeInteger(value) || value % 1 !== 0) ? String(value) : value;
};

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** Shops write the entities of HTML into titles. */
export const toTitle: Convert = (value) => {
  if (typeof value !== 'string') return typeof value === 'number' ? String(value) : value;
  const plain = value.replace(/&(?:#(\d{1,6})|([a-z]{2,5}));/g, (whole, code?: string, name = '') =>
    code === undefined ? (ENTITIES[name as string] ?? whole) : (characterOf(Number(code)) ?? whole),
  );
  return plain.replace(UNPRINTABLE, ' ').trim();
};

/** Control characters but white space, and marks that turn the direction of what follows. */
const UNPRINTABLE = /[^\P{Cc}\t\n\r]+|[\u202A-\u202E\u2066-\u2069]+/gu;

/** Neither a control character nor half a character. */
function characterOf(code: number): string | undefined {
  const character = String.fromCodePoint(code);
  return /[\p{Cc}\p{Cs}]/u.test(character) ? undefined : character;
}

/** So much of a description is read at most: items are found by its beginning. */
const MAX_DESCRIPTION = 4_000;
/** So much of it is looked at, with its tags. */
const MAX_MARKUP = 200_000;

/** A description without the tags of HTML. */
export const toDescription: Convert = (value) => {
  const text = typeof value === 'string' ? value.slice(0, MAX_MARKUP).replace(/<\/?[a-z][^<>]*>/gi, ' ') : value;
  const plain = toTitle(text);
  return typeof plain === 'string' ? plain.slice(0, MAX_DESCRIPTION).toWellFormed() : plain;
};

/** `4.5`, `"4.5"` and the decimal comma of semicolon files, `"4,5"`. */
export const toNumber: Convert = (value) => {
  if (typeof value !== 'string') return value;
  if (given(value.trim()) === '') return '';
  return Number(/^\s*-?\d+,\d{1,2}\s*$/.test(value) ? value.replace(',', '.') : value);
};

/** A price with or without its currency: `9.5`, `"9,50 €"`, `"USD 1,299.00"`; of a range the lowest. A text without digits is no price. */
export const toPrice: Convert = (value) => {
  if (typeof value !== 'string') return value;
  // Of "10.00 - 12.00" the first.
  const digits = /-?\d[\d.,' \u00a0]*/.exec(value)?.[0].replace(/[' \u00a0]|[.,]\s*$/g, '');
  if (digits === undefined) return '';
  const decimals = /[.,](\d{1,2})$/.exec(digits)?.[1];
  const whole = (decimals === undefined ? digits : digits.slice(0, -decimals.length - 1)).replace(/[.,]/g, '');
  return Number(`${whole}.${decimals ?? '0'}`);
};

/** Well-known events that some write as one word. */
const ONE_WORD_EVENTS: Readonly<Record<string, string>> = {
  addtocart: 'add_to_cart',
  addtobasket: 'add_to_basket',
  addtowishlist: 'add_to_wishlist',
  removefromcart: 'remove_from_cart',
  notinterested: 'not_interested',
  thumbsup: 'thumbs_up',
  thumbsdown: 'thumbs_down',
  pageview: 'page_view',
};

/** Reactions, as chats and shops send them. */
const REACTIONS: Readonly<Record<string, string>> = {
  '👍': 'thumbs_up',
  '❤': 'like',
  '👎': 'thumbs_down',
  '💔': 'dislike',
};

/** One spelling of an event: `AddToCart`, `add-to-cart` and `ADD TO CART` are `add_to_cart`. */
export const toEvent: Convert = (value) => {
  if (typeof value !== 'string') return value;
  const reaction = REACTIONS[value.trim().replace(/[\uFE0F\u{1F3FB}-\u{1F3FF}]/gu, '')];
  if (reaction !== undefined) return reaction;
  const words = given(value.trim())
    .replace(/(\p{Ll}|\p{N})(?=\p{Lu})/gu, '$1_')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_|_$/g, '');
  return ONE_WORD_EVENTS[words] ?? words;
};

const YES = new Set(
  'true yes y t on instock available preorder backorder backordered onbackorder limited limitedavailability lowstock low ja auflager lieferbar verfugbar vorratig oui enstock disponible si onlineonly instoreonly'.split(
    ' ',
  ),
);
const NO = new Set(
  'false no n f off outofstock soldout unavailable notavailable discontinued none nein ausverkauft vergriffen nichtverfugbar nichtlieferbar nichtauflager nichtvorratig non rupture rupturedestock epuise indisponible nodisponible agotado sinexistencias sinstock'.split(
    ' ',
  ),
);

/** Whether something can be had: true and false, yes and no, "out of stock", or the number of pieces. */
export const toFlag: Convert = (value) => {
  if (typeof value === 'number') return Number.isNaN(value) ? value : value > 0;
  if (typeof value !== 'string') return value;
  // Of `https://schema.org/OutOfStock` the end; without accents.
  const words = value
    .toLowerCase()
    .trim()
    .normalize('NFD')
    .replace(/^https?:\/\/schema\.org\//, '');
  const letters = words.replace(/[^a-z]+/g, '');
  const pieces = /^(?:only |[<>] ?)?(-?\d+(?:[.,]\d+)?)(?=$|\+| ?[a-z])/.exec(words.replace(/\p{M}/gu, ''))?.[1];
  if (pieces !== undefined) return Number(pieces.replace(',', '.')) > 0;
  if (YES.has(letters)) return true;
  if (NO.has(letters) || /^(?:temporarily|currently)?outofstock/.test(letters)) return false;
  return absent(words) ? '' : value;
};

export const toOppositeFlag: Convert = (value) => {
  const flag = toFlag(value);
  return typeof flag === 'boolean' ? !flag : flag;
};

/** One or several categories: a list, or a text such as `Action|Comedy`. */
export const toCategories: Convert = (value) => {
  const list = typeof value === 'string' ? value.split('|') : value;
  return Array.isArray(list)
    ? list
        .slice(0, 100)
        .map(toTitle)
        .filter((each) => each !== '')
    : toTitle(list);
};
