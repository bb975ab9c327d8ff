import leven from 'leven';

const HELPERS = '(?:’s|.s)?(?: (?:is|are|was|has|have|had|been|keeps?|got|else|just|already))*';
const TAKES =
  '(?:using|used|uses|accessed|accessing|taken|took|taking|stealing|stole|stolen|emptied|emptying|spending|spent' +
  '|drained|withdrew|withdrawing|withdrawn|cloned)';
const SECRETS = '(?:pins?|codes?|passcodes?|passwords?|card (?:numbers?|details)|cvv|cvc|bank details)';
const STRANGERS = 'someone|somebody|a (?:stranger|caller|man|woman|guy|lady)|the caller|them|him|her|on the phone';
/** Words of somebody who is being robbed or cheated. */
const FRAUD = new RegExp(
  [
    'scam(?:m?ed|m?ers?|s)?|fr(?:au|ua|aw)d(?:ulent|sters?|s)?|phish(?:ed|ing)?|hack(?:ed|ers?)|conned|tricked|swindled',
    'blackmail(?:ed|ing)?|extort(?:ed|ion)|identity theft|ripped off|(?:un|not |did not |didn.?t )authori[sz]ed?',
    '(?:suspicious|fishy|dodgy|shady) (?:activit(?:y|ies)|charges?|transactions?|payments?|purchases?|withdrawals?|log-?ins?)',
    'something (?:fishy|dodgy|shady|suspicious) (?:is |going |happening )*(?:on|with|in) (?:my|our)',
    `(?:someone|somebody|strangers?|thie(?:f|ves)|criminals?|who)${HELPERS} ${TAKES}(?: (?!for|to)[^ .,!?]+){0,5}? (?:my|our)`,
    `(?:they|he|she|my ex\\S*)${HELPERS} ${TAKES} (?:my|our) (?!orders?|calls?|case|complaint|request|name)`,
    `(?:someone|somebody|unknown|strangers?)\\b.{0,30}\\b(?:logged (?:in|into|on)|logs? in|changed my|in my name)`,
    `(?:gave|given|told|sent|shared|read out) (?:[^.!?]{0,40} )?(?:my |the |a )?${SECRETS}\\b.{0,30}\\b(?:${STRANGERS})`,
    `(?:gave|given|told|sent|shared|read) (?:${STRANGERS})\\b.{0,30}\\b${SECRETS}`,
    'fake (?:seller|shop|store|website|investment|invoice|buyer|ticket|job)s?',
    '(?:seller|shop|store|website|investment|buyer) (?:was|is|turned out to be) (?:a )?fake',
    '(?:it|that|this|those|they)(?: (?:definitely|certainly|really|clearly))? (?:was|were|is|are)(?:n.?t| not) (?:me|us|mine|ours)',
    '(?:gone|missing|disappeared|vanished|drained|emptied) (?:from|out of) (?:my|our)',
    '(?:account|savings|balance|card) (?:has been|have been|was|were|got|is being) (?:emptied|drained|cleared out|cleaned out|cloned|compromised|taken over)',
  ]
    .map((words) => `\\b(?:${words})\\b`)
    .join('|'),
  'iu',
);
/** A message from somebody who may not be who they say, and that they want a secret, or are doubted. */
const MESSAGE =
  /\b(?:e-?mails?|texts?|sms|messages?|calls?|called|caller|rang|phoned|links?|letter|website|whatsapp)\b/iu;
const IS_IT_REAL =
  /\b(?:(?:is|was|are|were) (?:it|this|that|he|she|they|the \w+) (?:really |actually |definitely )?(?:real|legit(?:imate)?|genuine|fake|from you|you|safe to (?:click|open|reply))|(?:was|is) (?:it|this|that) (?:really |actually )?(?:from )?(?:you|the bank))\b/iu;
const WANTS_SECRET = new RegExp(
  `\\b(?:ask(?:s|ed|ing)?|wants?|wanted|demand(?:s|ed|ing)?|entered|typed|put in|confirm)\\b.{0,40}\\b${SECRETS}\\b`,
  'iu',
);
/** Long words of fraud as they are mistyped, one letter away. Shorter ones would be near to harmless words. */
const FRAUD_WORDS = [
  'fraudulent',
  'fraudulently',
  'fraudster',
  'fraudsters',
  'unauthorised',
  'unauthorized',
  'blackmail',
];
/** Its own words find the article that protects. */
const THEFT = /\b(?:stol+en|robbed|burgled|mugged|pickpocketed|snatched)\b/iu;
const TAKEN =
  /\b(?:cards?|wallet|purse|bag|phone|mobile|bike|bicycle|car|passport|parcel|keys?) (?:was|were|got|has been|have been|had been) (?:just )?(?:taken|nicked|pinched|swiped|grabbed)\b/iu;
const DISTRESS =
  /\b(?:suicid\w*|kill myself|end my life|hurt myself|threaten(?:s|ed|ing)? (?:me|us)|in danger|emergency)\b/iu;

/** What the articles that protect are about; searched together with the customer's words. */
const FRAUD_SUBJECT = 'Fraud: someone else has access to my card or account.';
const THEFT_SUBJECT = 'It was stolen.';

export interface Danger {
  /** Added to the question; undefined if its own words find the article. */
  readonly subject?: string;
}

/** Whether a message tells of danger, which goes before everything else. */
export function dangerIn(text: string): Danger | undefined {
  const isMessage = MESSAGE.test(text) && (IS_IT_REAL.test(text) || WANTS_SECRET.test(text));
  if (FRAUD.test(text) || isMistypedFraud(text) || isMessage) return { subject: FRAUD_SUBJECT };
  if (THEFT.test(text)) return {};
  if (TAKEN.test(text)) return { subject: THEFT_SUBJECT };
  return DISTRESS.test(text) ? {} : undefined;
}

function isMistypedFraud(text: string): boolean {
  const words = text.toLowerCase().match(/\p{L}{8,}/gu) ?? [];
  return words.some((word) =>
    FRAUD_WORDS.some((known) => word[0] === known[0] && leven(word, known, { maxDistance: 2 }) <= 1),
  );
}
