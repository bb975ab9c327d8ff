/**
 * How much the words before a name say: after "my name is" every word is a name that is no common word; after "hi" a
 * name must be written with a capital or be in a list; after "my son" a word of no list must end the clause or stand
 * before a verb.
 */
export type Trust = 'sure' | 'likely' | 'kin';

/** Not after a number: "150 ms. Then …". */
const EDGE = '(?<![\\p{L}\\p{N}]|\\d )';
const RELATIVE =
  'husband|wife|partner|spouse|son|daughter|brother|sister|(?:step)?(?:mother|father|son|daughter|brother|sister)(?:[- ]in[- ]law)?|mother|mum|mom|mummy|father|dad|uncle|aunt|auntie|cousin|nephew|niece|child|kid|friend|boyfriend|girlfriend|fianc[ée]e?|boss|manager|colleague|flatmate|roommate|landlord|landlady|tenant|neighbou?r|assistant|accountant|nanny|babysitter|cleaner|driver|lawyer|solicitor|client|adviser|advisor|grandmother|grandfather|grandma|grandpa|gran|nan|carer|ex';

/** What introduces a name, in any case. */
const SURE = [
  "(?:my|his|her|their|your|the|full|first|last|middle|maiden|sur|user|account|customer) ?name(?:'?s|’s| is| ?[:=]| -| was)",
  '(?:sur|fore)?names?(?:, (?:fore|first|given) ?names?)? ?[:=]',
  "name(?:'?s|’s| is)",
  'name on (?:the |my )?(?:card|account)(?: is| reads|:)?',
  "(?:i am|i[’']m|he is|she is) called",
  'sign(?:ed|ature)(?: by)?:?',
  "(?:account|card|policy|ticket)[ -]?holder(?:(?:[’']?s)? name(?: is|:)?| is|:)",
  '(?:beneficiary|payee)(?: name(?: is|:)?| is|:)',
  "(?:patient|passenger|insured|claimant|applicant|signatory|attendee)(?:[’']s name| name)? ?:",
  'for the attention of',
  'fao:?',
  'additional insured:?',
  'contract party:?',
  'm(?:r|rs|x)\\.?(?: (?:and|&) mrs?\\.?)?',
  'mister',
  'missus',
  'ms\\.?',
  'dr\\.?',
  'herr|frau|monsieur|madame|mademoiselle|señor(?:a|ita)?|sr[a]?\\.|signor[ae]?|mevrouw|meneer|senhora?|gospodin|gospođa',
  'mein name ist',
  'ich hei(?:ß|ss)e',
  "je m[’']appelle",
  'me llamo',
  'mi nombre es',
  'mi chiamo',
  'mijn naam is',
  'meu nome (?:é|e)',
  'jag heter',
];
const LIKELY = [
  'hi(?: there)?,?',
  'hello,?',
  'hey,?',
  'hiya',
  'dear',
  '(?:good )?(?:morning|afternoon|evening),?',
  'thanks(?: a lot| again| so much)?,?',
  'thank you,?',
  'cheers,?',
  '(?:(?:kind|best|warm) )?regards,?',
  'best(?: wishes)?,',
  'sincerely,?',
  '(?:yours|faithfully|truly),',
  'love,',
  'hope you can help,',
  'this is',
  "it[’']?s",
  'it is',
  "i[’']?m",
  'i am',
  'you are',
  "you[’']re",
  'call me',
  '(?:speak(?:ing)?|spoke|talk(?:ed|ing)?|chat(?:ted|ting)?) (?:with|to)',
  'met(?: with)?',
  'ask(?: for)?',
  'tell',
  'praise',
  'cc:?',
  'copy in',
  'written by',
  'a certain',
  '(?:widow|wife|husband|son|daughter|mother|father|name|account|behalf|care) of',
  'c/o',
  '(?:registered|addressed|payable|invoice) to',
  '(?:customer|client|patient|guest|passenger|recipient|sender|attn|attention|agent|user|contact|from|to|guest list|emergency contact|user)(?: ?[:=]| is)',
  '(?:(?:account|card|policy)[ -]?holder|beneficiary|payee|patient|customer|passenger|emergency contact|miss|agent)',
  'je suis',
  'ich bin',
  'soy',
  'sono',
  'u spreekt met',
];
const KIN = `(?:my|his|her|our|your|their) (?:late |own |dear )?(?:${RELATIVE})(?: is|,)?`;
/** Only with a capital: in lower case they are words. */
const CAPITAL_TITLES =
  'Miss|Doctor|Dr|Prof\\.?|Professor|Captain|Capt\\.|Colonel|Sergeant|Sgt\\.?|Rev\\.?|Reverend|Rabbi|Imam|Pastor|Shri|Smt\\.?|Sheikh|Sheikha|Hajji|Fru|Sir|Lady|Lord|Dame|Agent|Officer|Judge|Mme|Mlle|Sra?\\.|Pan|Pani|Pán|Paní';
/** In lower case before a surname only. */
const PARTICLE = '(?:van|von|de|del|della|di|dos|da|al|el|bin|le|la|ní|ó) ';

/** Finds where a name can begin: the place behind the words that introduce it. */
export const CONTEXTS: readonly { readonly trust: Trust; readonly pattern: RegExp }[] = [
  { trust: 'sure', pattern: new RegExp(`${EDGE}(?:${SURE.join('|')})(?![\\p{L}])[ \\n]{0,2}(?=\\p{L})`, 'giu') },
  { trust: 'sure', pattern: new RegExp(`${EDGE}(?:${CAPITAL_TITLES}) (?=\\p{Lu}|${PARTICLE})`, 'gu') },
  { trust: 'likely', pattern: new RegExp(`${EDGE}(?:${LIKELY.join('|')})[ \\n]{1,2}(?=\\p{L})`, 'giu') },
  { trust: 'kin', pattern: new RegExp(`${EDGE}${KIN}[ \\n]{1,2}(?=\\p{L})`, 'giu') },
  { trust: 'likely', pattern: /(?<![\p{L}\p{N}.])@(?=\p{Lu})/gu },
];

/** What follows a name at the beginning of a sentence: "Hana here", "Zbigniew told me". */
export const CONTEXT_BEHIND =
  /(?: here(?![\p{L}])| speaking(?![\p{L}])| told me| called me| is my name| wrote:| has joined the chat)/iuy;
/** "Mark and I": for a name that is also a word. */
export const AND_I = / and i(?![\p{L}])/iuy;
/** After a name that is also a word: "mark here", "hi its rose again,". */
export const BOUNDARY =
  /(?:$|[,.!?;:)\n]| (?:here|again|from|speaking|calling|and|with|i|who|at|has|had|is|was|can|does|wants|needs|said|told|called|lost|about|if|to)(?![\p{L}]))/iuy;
/** A name after these is the name of a place: "San Diego". */
export const PLACE_BEFORE =
  /(?:^|[^\p{L}])(?:San|Santa|Santo|São|Saint|St\.?|Los|Las|Puerto|Port|Fort|Lake|Mount|Cape|Costa|King|Queen|Prince|Princess|Pope) $/u;
/** "hassan speaking": in any case at the beginning of a sentence. */
export const SPEAKING_BEHIND = / (?:speaking|here again)(?![\p{L}])/iuy;
/** "the Penny", "a Robin Hood": an article makes a thing of a name. */
export const ARTICLE_BEFORE = /(?<![\p{L}])(?:the|an?|some|new|which) $/iu;
const PLACES =
  'line|station|street|road|avenue|airport|hospital|beach|park|island|lake|falls|hotel|bank|store|shop|day|county|city|university|college|price|club';
/** What shops sell under the name of a person. */
const GOODS =
  'shoes?|suit|backpack|kettle|toaster|hoover|mixer|matinee|trainers|sneakers|boots|sandals|socks|shirts?|t-shirts?|jeans|trousers|dress|dresses|jacket|coat|jumper|hoodie|scarf|hat|cap|belt|bag|handbag|wallet|purse|watch|watches|ring|necklace|bracelet|earrings|glasses|sunglasses|perfume|aftershave|make-?up|lipstick|balm|cream|candles?|mouse|keyboard|laptop|phone case|furniture|sofa|chair|table|mattress|lamp|mug|cup|blanket|towel|rug|toys?|doll|costume|pyjamas|lunchbox|merch|merchandise|tickets?|presale|concert|tour|album|vinyl|poster|book|books|paperback|novel|film|movie|dvd|box ?set|game|games|app|museum|stamp|coin|tea|coffee|rice|honey|jam|beer|gin|whisky|whiskey|wine|vodka|rum|cider|biscuits?|cookies|chocolates?|cake|pizza|burger|pie|ice cream|crisps|sauce|hamper|wreath|vouchers?|gift ?cards?|giftcard|outlet|boutique|branch|catalogue|sale|warranty|insurance|tractor|motorbike|bike|guitar|piano|tools?|drill|traps?|knife|knives|pen|pens|razor|razors|blades|audit|shares|stock|brand';
const SELLS = '(?:still |also |even |now )?(?:ships?|sells?|stocks?|restocks?|delivers? to|open on|price match)';
const BEHIND_NAME = new RegExp(` (?:${GOODS}|${SELLS})(?![\\p{L}])`, 'iuy');
const BEHIND_SHORT_NAME = new RegExp(` (?:${GOODS}|${SELLS}|${PLACES})(?![\\p{L}])`, 'iuy');

/** Whether a word of trade follows: "Taylor Swift tickets"; after one name also a place: "the Victoria line". */
export function isThingBehind(text: string, place: number, isShort = true): boolean {
  const pattern = isShort ? BEHIND_SHORT_NAME : BEHIND_NAME;
  pattern.lastIndex = place;
  return pattern.test(text);
}

/** Titles, and roles in a form, that an entity model takes for a part of the name. */
export const TITLES_BEFORE = new RegExp(
  `^(?:(?:m(?:r|rs|x|s)\\.?|mister|missus|dr\\.?|herr|frau|mevrouw|meneer|monsieur|madame|señor(?:a|ita)?|signor[ae]?|senhora?|policyholder|cardholder|customer|dear|${CAPITAL_TITLES}) )+(?=\\p{L})`,
  'iu',
);
