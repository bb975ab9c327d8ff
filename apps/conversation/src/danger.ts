/** Words of somebody who is being robbed or cheated. */
const FRAUD = new RegExp(
  [
    'scam(?:m?ed|mers?|s)?|fraud(?:ulent|sters?|s)?|phish(?:ed|ing)?|hack(?:ed|ers?)|conned|tricked|swindled',
    'blackmail(?:ed|ing)?|extort(?:ed|ion)|identity theft|ripped off|(?:un|not |did not |didn.?t )authori[sz]ed?',
    '(?:someone|somebody|a stranger|they|he|she|who)(?:’s|.s)?(?: (?:is|are|was|has|have|had|keeps?|got|else))*' +
      ' (?:using|used|uses|accessed|accessing|taken|took|taking|stealing|stole|stolen|emptied|emptying) (?:my|our)',
  ]
    .map((words) => `\\b(?:${words})\\b`)
    .join('|'),
  'iu',
);
/** Its own words find the article that protects. */
const THEFT = /\b(?:stolen|robbed|burgled|mugged|pickpocketed|snatched)\b/iu;
const DISTRESS =
  /\b(?:suicid\w*|kill myself|end my life|hurt myself|threaten(?:s|ed|ing)? (?:me|us)|in danger|emergency)\b/iu;

/** What the articles that protect are about; searched together with the customer's words. */
const FRAUD_SUBJECT = 'Fraud: someone else has access to my card or account.';

export interface Danger {
  /** Added to the question; undefined if its own words find the article. */
  readonly subject?: string;
}

/** Whether a message tells of danger, which goes before everything else. */
export function dangerIn(text: string): Danger | undefined {
  if (FRAUD.test(text)) return { subject: FRAUD_SUBJECT };
  return THEFT.test(text) || DISTRESS.test(text) ? {} : undefined;
}
