/**
 * How much the words before a name say: after "my name is" every word is a name that is no common word; after "hi" a
 * name must be written with a capital or be in a list.
 */
export type Trust = 'sure' | 'likely';

/** Not after a number: "150 ms. Then …". */
const EDGE = '(?<![\\p{L}\\p{N}]|\\d )';
const RELATIVE =
  'husband|wife|partner|spouse|son|daughter|brother|sister|mother|mum|mom|mummy|father|dad|uncle|aunt|auntie|cousin|nephew|niece|child|kid|friend|boyfriend|girlfriend|fianc[ée]e?|boss|manager|colleague|flatmate|roommate|landlord|landlady|tenant|neighbou?r|assistant|accountant|lawyer|solicitor|client|adviser|advisor|grandmother|grandfather|grandma|grandpa|gran|nan|carer|ex';

/** What introduces a name, in any case. */
const SURE = [
  "(?:my|his|her|their|your|the|full|first|last|middle|maiden|sur|user|account|customer) ?name(?:'?s|’s| is| ?[:=]| -| was)",
  '(?:sur|fore)?names?(?:, (?:fore|first|given) ?names?)? ?[:=]',
  "name(?:'?s|’s| is)",
  'name on (?:the |my )?(?:card|account)(?: is| reads|:)?',
  "(?:i am|i[’']m|he is|she is) called",
  'sign(?:ed|ature)(?: by)?:?',
  "(?:account|card|policy|ticket)[ -]?holder(?:[’']?s name)?(?: is|:)",
  'beneficiary(?: is|:)',
  'payee(?: is|:)',
  'additional insured:?',
  'contract party:?',
  'm(?:r|rs|x)\\.?(?: (?:and|&) mrs?\\.?)?',
  'mister',
  'missus',
  'ms\\.?',
  'dr\\.?',
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
  'a certain',
  '(?:widow|wife|husband|son|daughter|mother|father|name|account|behalf|care) of',
  'c/o',
  '(?:registered|addressed|payable|invoice) to',
  `(?:my|his|her|our|your|their) (?:late |own |dear )?(?:${RELATIVE})(?: is|,)?`,
  '(?:customer|client|patient|guest|passenger|recipient|sender|attn|attention|agent|user|contact|from|to|guest list|emergency contact|user)(?: ?[:=]| is)',
  '(?:(?:account|card|policy)[ -]?holder|beneficiary|payee|patient|customer|passenger|emergency contact|miss|agent)',
  'je suis',
  'ich bin',
  'soy',
  'sono',
  'u spreekt met',
];
/** Only with a capital: in lower case they are words. */
const CAPITAL_TITLES =
  'Miss|Doctor|Dr|Prof\\.?|Sir|Lady|Lord|Dame|Agent|Officer|Judge|Herr|Frau|Monsieur|Madame|Mme|Señora?|Sra?\\.|Signora?|Pan|Pani';
/** In lower case before a surname only. */
const PARTICLE = '(?:van|von|de|del|della|di|dos|da|al|el|bin|le|la|ní|ó) ';

/** Finds where a name can begin: the place behind the words that introduce it. */
export const CONTEXTS: readonly { readonly trust: Trust; readonly pattern: RegExp }[] = [
  { trust: 'sure', pattern: new RegExp(`${EDGE}(?:${SURE.join('|')})(?![\\p{L}])[ \\n]{0,2}(?=\\p{L})`, 'giu') },
  { trust: 'sure', pattern: new RegExp(`${EDGE}(?:${CAPITAL_TITLES}) (?=\\p{Lu}|${PARTICLE})`, 'gu') },
  { trust: 'likely', pattern: new RegExp(`${EDGE}(?:${LIKELY.join('|')})[ \\n]{1,2}(?=\\p{L})`, 'giu') },
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
/** A name before these is the name of a place or a thing: "the Victoria line". */
export const THING_BEHIND =
  / (?:line|station|street|road|avenue|airport|hospital|beach|park|island|lake|falls|hotel|bank|store|shop|mouse|day|county|city|university|college|shoes|watch|shirt|jeans|perfume|bag|price|club)(?![\p{L}])/iuy;
