import type { Catalogue } from '../data/catalogue.js';
import { plainText, stemsOf, wordsOf } from './item-words.js';

/** What a user asks for in words: items like one that the wish names, or items whose texts fit. */
export type Wish = { readonly similarTo: string } | { readonly text: string };

/** Words that ask for something like a thing, in the languages of the screening. */
const LIKENESS = new Set(
  'like similar similarly resembling resemble resembles alike same alternative alternatives comparable equivalent instead replace replacement substitute related wie ahnlich ahnliche ahnliches ahnlicher alternativen statt vergleichbar comme similaire similaires semblable ressemblant parecido parecida parecidos como semejante simile simili come zoals vergelijkbaar liknande som lignende podobne podobny'.split(
    ' ',
  ),
);
/** Words around a thing that say nothing about it. */
const AROUND = new Set(
  'a an the to of as my this that our i me we you it one ones some something anything item items product products thing things more other others want need show find give get looking search for please would with is are do have any der die das den dem ein eine einen einem etwas ich zu le la les un une des de el los las algo'.split(
    ' ',
  ),
);
/** "no knives", "anything but tea", "pasta not bread": what follows is not wanted. */
const REFUSAL =
  /(?<= )(?:no|(?<! (?:does|do|did|is|are|was|were|be|will|would|can|could|should|has|have|had|if|or|why) )not(?= (?!too |very |only |just |that |so |sure |more |less |much |many |to |yet |even |really |quite ))|except(?: for)?|excluding|apart from|(?:any|every)thing but|but not|nothing with|keine?[nmrs]?) (?<things>(?:(?!for |with |that |which |but |please |in |on |to |if |no )[^ ]+ ){1,6})/g;
/** A title such as "Tea without sugar" has the word and not the thing. */
const LACKS = /\b(?:no|without|free|ohne|frei)\b/;
const SIGN = '[$€£]|eur|usd|gbp|chf';
/** "under 50 euros", "up to £20": of a price only with a currency, because of "up to 4 people". */
const PRICE_LIMIT = new RegExp(
  String.raw`(?<![\p{L}\p{N}])(?:under|below|less than|cheaper than|not more than|no more than|up to|at most|max(?:imum)?\.?|unter|bis(?: zu)?|höchstens|maximal|moins de|menos de) (?:(?:${SIGN}) ?(?<before>\d{1,6}(?:[.,]\d{1,2})?)|(?<behind>\d{1,6}(?:[.,]\d{1,2})?) ?(?:${SIGN}|euros?|pounds?|dollars?|quid|bucks|francs?|kr|zł))(?![\p{L}\p{N}])`,
  'giu',
);
/** "cheaper than 15" speaks of a price, but for "cheaper than 15 cm". */
const CHEAPER =
  /(?<!\p{L})(?:cheaper than|for (?:less than|under|at most)|billiger als|günstiger als|moins cher que|más barato que) (?<cheaper>\d{1,6}(?:[.,]\d{1,2})?)(?![\d.,]*\d)(?! ?[\p{L}%])/giu;
const AMOUNT = String.raw`(?:${SIGN})? ?\d{1,6}(?:[.,]\d{1,2})?`;
const CURRENCY = String.raw`(?:${SIGN}|euros?|pounds?|dollars?|quid|bucks|francs?|kr|zł)`;
/** "between 20 and 40 euros", "€20-40": the currency is before or behind. */
const PRICE_RANGE = new RegExp(
  String.raw`(?<![\p{L}\p{N}.,])(?:(?:between|from|zwischen|von|entre|de) )?(?<from>${AMOUNT}) ?(?:${CURRENCY} )?(?:-|–|and|to|und|bis|et|y|à) ?(?<to>${AMOUNT})(?: ?${CURRENCY})?(?![\p{L}\p{N}])`,
  'giu',
);
/** "over 50 pounds", "at least £20" */
const PRICE_FLOOR = new RegExp(
  String.raw`(?<![\p{L}\p{N}])(?:over|above|more than|at least|from|min(?:imum)?\.?|über|mehr als|mindestens|ab|plus de|au moins|más de) (?<least>(?:${SIGN}) ?\d{1,6}(?:[.,]\d{1,2})?|\d{1,6}(?:[.,]\d{1,2})?(?= ?${CURRENCY}(?![\p{L}\p{N}])))(?: ?${CURRENCY})?(?![\p{L}\p{N}])`,
  'giu',
);
const HAS_CURRENCY = new RegExp(String.raw`[$€£]|(?<!\p{L})${CURRENCY}(?!\p{L})`, 'iu');
/** "I like tea", "I would like tea": a verb, not a likeness. */
const TO_LIKE = /\b(?:i|we|you|they|he|she|would|d|do|really|also)(?: really| also)? likes?\b/g;
/** Titles that share less with a wish are not meant by it. */
const MIN_SHARE = 0.6;
/** With more described items a request would take too long. */
const MAX_ITEMS = 20_000;

/** Reads a wish: "like Milk frother" and "an alternative to the frother" name an item of the catalogue. */
export function readWish(text: string, catalogue: Catalogue): Wish {
  const plain = plainText(text).replace(TO_LIKE, ' ');
  const words = plain.split(' ');
  if (!words.some((word) => LIKENESS.has(word))) return { text };
  const thing = stemsOf(words.filter((word) => !LIKENESS.has(word) && !AROUND.has(word)).join(' '));
  const similarTo = namedItem(plain, thing, catalogue);
  return similarTo === undefined ? { text } : { similarTo };
}

/** A wish, parted into what is wanted, the stems of each thing that is not, and the lowest and highest price. */
export interface PartedWish {
  readonly wanted: string;
  readonly unwanted: readonly (readonly string[])[];
  readonly minPrice: number;
  readonly maxPrice: number;
}

/** Parts "something for baking under 20 euros, no knives". */
export function partWish(text: string): PartedWish {
  const ranges = [...text.matchAll(PRICE_RANGE)].filter(([range]) => HAS_CURRENCY.test(range));
  const rangeless = text.replace(PRICE_RANGE, (range) => (HAS_CURRENCY.test(range) ? ' ' : range));
  const limits = [...rangeless.matchAll(PRICE_LIMIT)].map(({ groups }) => groups!['before'] ?? groups!['behind']!);
  const unlimited = rangeless.replace(PRICE_LIMIT, ' ');
  const cheaper = [...unlimited.matchAll(CHEAPER)].map(({ groups }) => groups!['cheaper']!);
  const limitless = unlimited.replace(CHEAPER, ' ');
  const floors = [...limitless.matchAll(PRICE_FLOOR)].map(({ groups }) => groups!['least']!);
  const maxPrice = Math.min(
    Infinity,
    ...pricesOf([...limits, ...cheaper, ...ranges.map(({ groups }) => groups!['to']!)]),
  );
  const minPrice = Math.max(0, ...pricesOf([...floors, ...ranges.map(({ groups }) => groups!['from']!)]));
  const prices = { minPrice, maxPrice };
  const priceless = limitless.replace(PRICE_FLOOR, ' ');
  const plain = ` ${plainText(priceless)} `;
  const things = [...plain.matchAll(REFUSAL)].flatMap(({ groups }) =>
    groups!['things']!.split(/ (?:and|or|und|oder|nor) /),
  );
  if (things.length === 0) return { wanted: priceless.trim(), unwanted: [], ...prices };
  const unwanted = things.map((thing) => stemsOf(thing.trim()).filter((word) => !AROUND.has(word)));
  const wanted = plain.replace(REFUSAL, '').trim();
  return { wanted, unwanted: unwanted.filter((words) => words.length > 0), ...prices };
}

function pricesOf(amounts: readonly string[]): number[] {
  return amounts.map((amount) => Number(amount.replace(/[^\d.,]/g, '').replace(',', '.')));
}

/** Whether an item costs more or less than is wanted, or its title names one of the things that are not wanted. */
export function isUnwanted({ unwanted, minPrice, maxPrice }: PartedWish, id: string, catalogue: Catalogue): boolean {
  const isPlain = unwanted.length === 0 && minPrice === 0 && maxPrice === Infinity;
  const item = isPlain ? undefined : catalogue.item(id);
  if (!item) return false;
  const { title, ofTitle } = wordsOf(item);
  const isNamed = unwanted.some((words) => words.every((word) => ofTitle.has(word)));
  const { price } = item;
  const isPriced = price === undefined || (price >= minPrice && price <= maxPrice);
  return !isPriced || (isNamed && !LACKS.test(title));
}

/** An item by its id, or else by its title; undefined for neither. */
export function itemCalled(name: string, catalogue: Catalogue): string | undefined {
  if (catalogue.item(name) || catalogue.items.size > MAX_ITEMS) return catalogue.item(name)?.id;
  const plain = plainText(name);
  for (const [id, item] of catalogue.items) if (plain !== '' && wordsOf(item).title === plain) return id;
  return undefined;
}

/** The item whose title is in the wish, or else the one whose title has most of its words. */
function namedItem(plain: string, thing: readonly string[], catalogue: Catalogue): string | undefined {
  if (catalogue.items.size > MAX_ITEMS) return undefined;
  let best = { id: undefined as string | undefined, rank: MIN_SHARE };
  for (const [id, item] of catalogue.items) {
    const { title, ofTitle } = wordsOf(item);
    const isWhole = title !== '' && ` ${plain} `.includes(` ${title} `);
    const rank = isWhole ? title.length : shareOf(new Set(thing), ofTitle);
    if (rank > best.rank) best = { id, rank };
  }
  return best.id;
}

/** The shared words, as a share of the mean number of words: below 1, a whole title counts more. */
function shareOf(thing: ReadonlySet<string>, title: ReadonlySet<string>): number {
  const shared = [...thing].filter((word) => title.has(word)).length;
  return (0.99 * 2 * shared) / (thing.size + title.size || 1);
}
