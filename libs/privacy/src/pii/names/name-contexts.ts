/**
 * How much the words before a name say: after "my name is" every word is a name that is no common word; after "hi" a
 * name must be written with a capital or be in a list; after "my son" a word of no list must end the clause or stand
 * before a verb; after "chatting with" a capital is enough.
 */
export type Trust = 'sure' | 'likely' | 'kin' | 'met';

/** Not after a number: "150 ms. Then …". */
const EDGE = '(?<![\\p{L}\\p{N}]|\\d )';
const RELATIVE =
  'husband|wife|partner|spouse|son|daughter|brother|sister|(?:step)?(?:mother|father|son|daughter|brother|sister)(?:[- ]in[- ]law)?|mother|mum|mom|mummy|father|dad|uncle|aunt|auntie|cousin|nephew|niece|child|kid|friend|boyfriend|girlfriend|fianc[ée]e?|boss|manager|colleague|flatmate|roommate|landlord|landlady|tenant|neighbou?r|assistant|accountant|nanny|babysitter|cleaner|driver|lawyer|solicitor|client|adviser|advisor|director|executor|executrix|trustee|treasurer|secretary|guarantor|supervisor|teacher|tutor|coach|nurse|gp|guardian|carer|godmother|godfather|stepson|stepdaughter|grandson|granddaughter|mate|buddy|grandmother|grandfather|grandma|grandpa|gran|nan|ex';

const RELATIVES = 'kids|children|sons|daughters|twins|parents|brothers|sisters|friends|colleagues|neighbou?rs';

/** What introduces a name, in any case. */
const SURE = [
  "(?:my|his|her|their|your|the|full|first|last|middle|maiden|sur|user|account|customer) ?name(?:'?s|’s| is| ?[:=]| -| was)",
  '(?:sur|fore)?names?(?:, (?:fore|first|given) ?names?)? ?[:=]',
  "name(?:'?s|’s| is)",
  'nick ?name(?: is| ?:)',
  'under the name(?: of)?',
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
  '(?:hallo|hola|ciao|salut|bonjour|bonsoir|hej|ol[áa]|hoi|moin|servus|guten tag|grüezi),?',
  'dear',
  '(?:good )?(?:morning|afternoon|evening),?',
  'thanks(?: a lot| again| so much)?,?',
  'thank you,?',
  'cheers,?',
  '(?:(?:kind|best|warm) )?regards,?',
  'best(?: wishes)?,',
  '(?:yours )?(?:sincerely|faithfully|truly),?',
  'yours,',
  '(?:thx|ta|bye|sorry|greetings|cordialement|saludos|grüße|grüßen|groeten),?',
  'love,',
  'hope you can help,',
  'this is',
  "it[’']?s",
  'it is',
  "i[’']?m",
  'i am',
  'you are',
  "you[’']re",
  '(?:call(?:s|ed)?|named?) (?:me|him|her)',
  '(?:go|goes|went) by(?: the name(?: of)?)?',
  '(?:speak(?:ing)?|spoke|talk(?:ed|ing)?|chat(?:ted|ting)?|transferred|put through) to',
  '(?:ask|asked|asking|pretend(?:s|ed|ing)? to be|pos(?:es|ed|ing) as|introduc(?:es|ed) (?:him|her)self as)(?: for)?',
  'tell',
  'praise',
  'cc:?',
  'copy in',
  '(?:(?:cheque|check|invoice|contract) )?made out to',
  '(?:first|last|middle|maiden|given|family) ?names?',
  'surname',
  '(?:passport|account|card|it) (?:says|reads|shows)',
  "(?:is|it[’']?s|booked|registered|listed|filed) under",
  `the (?:${RELATIVE})(?: is|,)`,
  '(?:inspector|detective|constable|sergeant|captain|professor|(?:prof|rev|capt|sgt)\\.?|doctor|father|sister|brother|aunt|auntie|uncle|nurse|officer|judge|reverend|pastor|rabbi|imam|sheikh|lord|lady|sir|dame|grandma|grandpa|granny|nana|coach|councillor|advokat)',
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
/** People are met: "helped by", "someone called". */
const MET = [
  '(?:speak(?:ing)?|spoke|talk(?:ed|ing)?|chat(?:ted|ting)?) with',
  'met(?: with)?',
  '(?:written|helped|served|assisted|handled|approved|opened|witnessed|referred|advised|introduced|signed up|dealt with) by',
  '(?:someone|somebody|anyone|anybody|person|man|woman|lady|guy|gentleman|agent|adviser|advisor|colleague|teller|cashier|clerk|caller|child|baby) (?:called|named)',
];
const KIN = `(?:my|his|her|our|your|their) (?:late |own |dear |elderly |old |older |younger |little |new )?(?:${RELATIVE})`;
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
  // "regards, olu adeyemi" at the end of a line
  {
    trust: 'sure',
    pattern: new RegExp(
      `${EDGE}(?:regards|sincerely|faithfully)(?:,|,?\\n)[ \\n]?(?!an? )(?=\\p{L}+(?: \\p{L}+){0,2}[.!]?(?:\\n|$))`,
      'giu',
    ),
  },
  // "my name is spelled wrong, it should be Szczepański"
  {
    trust: 'likely',
    pattern:
      /(?<![\p{L}])(?:sur)?names?(?![\p{L}])[^.!?\n]{0,40}? (?:should (?:be|read|say)|to|from|as|says|reads|under) (?=\p{L})/giu,
  },
  { trust: 'met', pattern: new RegExp(`${EDGE}(?:${MET.join('|')})[ \\n]{1,2}(?=\\p{L})`, 'giu') },
  { trust: 'kin', pattern: new RegExp(`${EDGE}${KIN}(?:,| called| named)?[ \\n]{1,2}(?=\\p{L})`, 'giu') },
  // "My daughters Zara and Eva", but "my daughters teddy"
  {
    trust: 'kin',
    pattern: new RegExp(
      `${EDGE}(?:[Mm]y|[Hh]is|[Hh]er|[Oo]ur|[Yy]our|[Tt]heir) (?:${RELATIVES})(?:,| called| named| are)?[ \\n]{1,2}(?=\\p{Lu}|\\p{L}+(?:,| and) )`,
      'gu',
    ),
  },
  // "My son is Taavi", but "my son is allergic"
  { trust: 'likely', pattern: new RegExp(`${EDGE}${KIN} is[ \\n]{1,2}(?=\\p{L})`, 'giu') },
  { trust: 'likely', pattern: /(?<![\p{L}\p{N}.])@(?=\p{Lu})/gu },
];

/** What follows a name at the beginning of a sentence: "Hana here", "Zbigniew told me". */
export const CONTEXT_BEHIND =
  /(?: here(?![\p{L}])| speaking(?![\p{L}])| told me| called me| is my name| wrote:| (?:has )?(?:joined|left) the (?:chat|conversation)| from (?:your|the|customer|support|sales|billing|fraud|accounts|complaints|finance)(?![\p{L}]))/iuy;
/** "Mark and I": for a name that is also a word. */
export const AND_I = / and i(?![\p{L}])/iuy;
/** After a name that is also a word: "mark here", "hi its rose again,". */
export const BOUNDARY =
  /(?:$|[,.!?;:)\n]| (?:here|again|from|speaking|calling|and|with|i|who|at|has|had|is|was|can|does|wants|needs|said|told|called|rang|phoned|emailed|wrote|asked|came|went|lost|about|if|to)(?![\p{L}]))/iuy;
/** After a name of no list in lower case: "im gaz from leeds". */
export const PRESENT_BEHIND = /[,]? (?:here|speaking|calling|from|again)(?![\p{L}])/iuy;
/** After the name of a relative: "my friend Lwazi referred me". */
export const KIN_BEHIND =
  /(?:[,.!?;:)\n]|$| (?:also|already|just|still|never|always|only|must|will|would|should|could|can|may|did|does|lives?|works?|says|told|sent|paid|took|gave|got|used|died|left|keeps?|wants|needs|[\p{L}]{3,20}ed)(?![\p{L}]))/iuy;
/** A name after these is the name of a place or a house: "San Diego", "Casa Lucia". */
export const PLACE_BEFORE =
  /(?:^|[^\p{L}])(?:San|Santa|Santo|São|Saint|St\.?|Los|Las|Puerto|Port|Fort|Lake|Mount|Cape|Costa|King|Queen|Prince|Princess|Pope|Casa|Hotel|Caf[eé]|Chez|Trattoria|Ristorante|Restaurant|Villa|Bar|Club|Ch[aâ]teau|Banco|Banca|Banque|Cr[eé]dit) $/u;
/** One name after these is that of a town or a shop: "in Nancy", "paid at Zara", "a refund from Zara". */
export const IN_BEFORE =
  /(?<![\p{L}])(?:in|near|outside|around|via|at|(?:flew|fly|flying|flights?|travel\w*|trip|mov(?:e|ed|ing)|going|went|drive|drove|driving) to|(?:charge[sd]?|refund(?:s|ed)?|orders?|ordered|bought|purchase[sd]?|subscribed|subscriptions?|deliver(?:y|ies|ed)|billed|shop(?:s|ped|ping)?|receipts?|vouchers?|tickets?|book(?:ed|ings?)) (?:from|by|with|on)) $/iu;
/** A name after these is that of a work, a product or a town: "the book Emma", "a pot called Leo", "in san diego". */
export const WORK_BEFORE =
  /(?<![\p{L}])(?:san|santa|santo|st\.?|saint|los|las|port|fort|lake|mount|copy of|(?:books?|novel|film|movie|show|play|musical|opera|album|song|game|series|dvd|restaurant|hotel|caf[eé]|pub|bar|shop|store|boat|ship|pot|space|bot|chatbot|robot|avatar|voice assistant|virtual assistant|sofa|chair|bookcase|plan|product|fund|collection)(?: (?:is|was))?(?: (?:called|named))?) $/iu;
/** "hassan speaking": in any case at the beginning of a sentence. */
export const SPEAKING_BEHIND = / (?:speaking|here again)(?![\p{L}])/iuy;
/** "the Penny", "a Robin Hood": an article makes a thing of a name. */
export const ARTICLE_BEFORE = /(?<![\p{L}])(?:the|an?|some|new|which) $/iu;
/** Before one name and a word of things: "my Zara order". */
export const OWNER_BEFORE = /(?<![\p{L}])(?:the|an?|some|new|which|my|your|our|this|that) $/iu;
/** Of any name: "John Lennon airport". */
const LANDMARKS =
  'airport|stadium|arena|theatre|theater|foundation|museum|university|college|hospital|school|terminal|prize|award|trophy|cup';
/** Of one name: "the Victoria line". */
const PLACES =
  'line|station|street|road|avenue|square|lane|terrace|gardens|quay|pier|bridge|tower|gate|cross|court|church|cathedral|centre|center|mall|market|depot|beach|park|island|lake|falls|hotel|bank|store|shop|day|county|city|price|club';
/** What shops sell under the name of a person. */
const GOODS =
  'shoes?|suit|backpack|kettle|toaster|hoover|mixer|matinee|trainers|sneakers|boots|sandals|socks|shirts?|t-shirts?|jeans|trousers|dress|dresses|jacket|coat|jumper|hoodie|scarf|hat|cap|belt|bag|handbag|wallet|purse|watch|watches|ring|necklace|bracelet|earrings|glasses|sunglasses|perfume|aftershave|make-?up|lipstick|balm|cream|candles?|mouse|keyboard|laptop|phone case|furniture|sofa|chair|table|mattress|lamp|mug|cup|blanket|towel|rug|toys?|doll|costume|pyjamas|lunchbox|merch|merchandise|tickets?|presale|concert|tour|album|vinyl|poster|book|books|paperback|novel|film|movie|dvd|box ?set|game|games|app|museum|stamp|coin|tea|coffee|rice|honey|jam|beer|gin|whisky|whiskey|wine|vodka|rum|cider|biscuits?|cookies|chocolates?|cake|pizza|burger|pie|ice cream|crisps|sauce|hamper|wreath|vouchers?|gift ?cards?|giftcard|outlet|boutique|branch|catalogue|sale|warranty|insurance|tractor|motorbike|bike|guitar|piano|tools?|drill|traps?|knife|knives|pen|pens|razor|razors|blades|audit|shares|stock|brand';
const SELLS = '(?:still |also |even |now )?(?:ships?|sells?|stocks?|restocks?|delivers? to|open on|price match)';
const BEHIND_NAME = new RegExp(` (?:${GOODS}|${LANDMARKS}|${SELLS})(?![\\p{L}])`, 'iuy');
const BEHIND_SHORT_NAME = new RegExp(` (?:${GOODS}|${LANDMARKS}|${SELLS}|${PLACES})(?![\\p{L}])`, 'iuy');
/** Houses and towns begin with these: "Villa Rosa", "Santa Barbara". */
export const HOUSE = /^(?:villa|casa|hotel|chez|trattoria|ristorante|san|santa|santo|st\.?|saint)$/;
/** After an article, one name and a word of things are a thing: "the Billy bookcase". */
export const PERSON_BEHIND =
  /(?:$|[^ ]| (?:who|whom|whose|that|from|i|you|he|she|we|called|said|told|works?|worked|is|was|has|had|and|or|in|at|on|with|about)(?![\p{L}])| \P{Ll})/uy;

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
