import leven from 'leven';

/** Words of somebody who is being robbed or cheated. */
const FRAUD = new RegExp(
  [
    'scam(?:m?ed|m?ers?|s)?|fr(?:au|ua|aw)d(?:ulent|sters?|s)?|phish(?:ed|ing)?|hack(?:ed|ers?)|conned|tricked|swindled',
    'blackmail(?:ed|ing)?|extort(?:ed|ion)|identity theft|ripped off|(?:un|not |did not |didn.?t )authori[sz]ed?',
    '(?:suspicious|fishy|dodgy|shady) (?:activit(?:y|ies)|charges?|transactions?|payments?|purchases?|withdrawals?|log-?ins?)',
    'something (?:fishy|dodgy|shady|suspicious) (?:is |going |happening )*(?:on|with|in) (?:my|our)',
    '(?:someone|somebody|a stranger|they|he|she|who)(?:’s|.s)?(?: (?:is|are|was|has|have|had|keeps?|got|else))*' +
      ' (?:using|used|uses|accessed|accessing|taken|took|taking|stealing|stole|stolen|emptied|emptying) (?:my|our)',
  ]
    .map((words) => `\\b(?:${words})\\b`)
    .join('|'),
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
  if (FRAUD.test(text) || isMistypedFraud(text)) return { subject: FRAUD_SUBJECT };
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
