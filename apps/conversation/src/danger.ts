import leven from 'leven';

const HELPERS = '(?:’s|.s)?(?: (?:is|are|was|has|have|had|been|keeps?|got|else|just|already))*';
const TAKES =
  '(?:using|used|uses|accessed|accessing|taken|took|taking|stealing|stole|stolen|emptied|emptying|spending|spent' +
  '|drained|withdrew|withdrawing|withdrawn|cloned)';
/** What of TAKES nobody does by leave. */
const ROBS =
  '(?:taken|took|taking|stealing|stole|stolen|emptied|emptying|spending|spent|drained|withdrew|withdrawing|withdrawn|cloned|moving|transferring)';
const SECRETS = '(?:pins?|codes?|passcodes?|passwords?|card (?:numbers?|details)|cvv|cvc|bank details)';
const LOGIN = '(?:pins?|log-?ins?|passwords?|passcodes?|(?:card|bank|account|login) details)';
const VALUABLES =
  '(?:money|cash|savings|gift ?cards?|codes?|pins?|passwords?|passcodes?|crypto\\w*|bitcoins?|anydesk|teamviewer|safe account)';
const SOMEONE_NEAR =
  'my (?:ex(?:[ -](?:husband|wife|partner|boyfriend|girlfriend))?|husband|wife|son|daughter|partner|room-?mate|flat-?mate|neighbou?r|boyfriend|girlfriend|brother|sister|mother|father|mum|mom|dad|carer|colleague)';
const WHO =
  'he|she|they|him|her|them|someone|somebody|a (?:man|woman|guy|lady|stranger|caller|technician)|the (?:caller|man|woman|guy)';
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
    // The ways of cheats: a link, an order to move money, a false name, a friend from the internet, control of the screen.
    '(?:clicked|opened|followed|tapped)(?: on)? [^.!?]{0,40}link\\b.{0,60}\\b(?:gave|given|entered|typed|put|filled|shared|submitted|logged)',
    `(?<!\\b(?:you|app|page|screen|system|software|machine|atm|terminal|form|it) (?:has |had |just )?)(?:told|asked|made|forced|talked|convinced|persuaded|pressured|instructed|got) (?:me|us) (?:in)?to (?!(?:re-?)?(?:enter|set)|type|confirm|change|insert|wait|create|choose|pick|update|save|use|add|scan|remember|pay\\b(?![^.!?]*(?:gift|crypto|bitcoin|code)))[^.!?]{0,40}\\b${VALUABLES}`,
    '(?:to|into) (?:an? )?(?:new |so-called )*["\'“‘]?safe["\'”’]? account',
    '(?:pretend(?:s|ed|ing)?|claim(?:s|ed|ing)?|pos(?:ed|ing)|impersonat(?:es|ed|ing))(?: (?:to be|as|that|he|she|they|was|were|from|an?|the|my|your|someone))* (?:bank|police|fraud (?:team|department)|tax office|hmrc|irs|microsoft|amazon|employee|advis[eo]r|your staff)',
    'met (?:\\S+ )?online\\b.{0,80}\\b(?:money|sent|send|paid|pounds|euros|dollars)',
    `(?:${WHO})\\b(?:(?!\\bhow\\b)[^.!?]){0,40}\\b(?:remote access|anydesk|teamviewer)`,
    `(?:gave|given|giving|let|allowed) (?:${WHO})\\b[^.!?]{0,40}\\b(?:remote|access to|control of) (?:access|my (?:computer|phone|pc|laptop|screen))`,
    '(?:has|have|had|took|taken|takes|taking|got|getting|get) (?:\\S+ )?control of my (?:computer|phone|pc|laptop|screen)',
    '(?:text|e-?mail|message|sms)\\b[^.!?]{0,60}\\bclick here\\b[^.!?]{0,60}\\bclicked',
    'clicked(?: on)? (?:it|that)\\b[^.!?]{0,20}\\b(?:text|e-?mail|message|sms)',
    // Others who use what is not theirs.
    'cards?(?: (?:was|is|has|been|got|just|being))* (?:cloned|skimmed)',
    `(?:someone|somebody|strangers?|thie(?:f|ves))${HELPERS} (?:transferred|moved|sent|paid)\\b[^.!?]{0,30}\\b(?:from|out of) (?:my|our)`,
    `(?:someone|somebody|strangers?|thie(?:f|ves))${HELPERS} (?:buying|shopping|paying|ordering|transferring|sending|moving|making (?:payments|purchases))\\b.{0,30}\\b(?:with|on|from|using|out of) (?:my|our)`,
    `(?:someone|somebody|another person|a stranger|they|he|she|${SOMEONE_NEAR}) (?:(?:knows?|guessed|found out) my ${LOGIN}|(?:has|got|has got) my (?:pin|password|passcode|log-?in))`,
    `${SOMEONE_NEAR}${HELPERS} ${ROBS}(?: [^ .,!?]+){0,3}? (?:my|our) (?:money|savings|account|card|pension|wages)`,
    `${SOMEONE_NEAR}${HELPERS} (?:using|used|uses|accessed|accessing)(?: [^ .,!?]+){0,3}? (?:my|our) (?:money|savings|account|card|pension|wages)[^.!?]{0,40} (?:without|behind my back)`,
    '(?:money|cash|funds|savings|[£$€]\\d+|\\d+ (?:pounds|quid|euros|dollars|bucks)) (?:is |has |are |was |just |been |all )*(?:gone|missing|vanished|disappeared)\\b.{0,30}(?:did ?n.?t|did not|never|haven.?t|have not) (?:i )?(?:spend|spent|touch|move|use|withdraw|take|authori[sz]e)',
    'fake (?:seller|shop|store|website|investment|invoice|buyer|ticket|job)s?',
    '(?:seller|shop|store|website|site|investment|buyer|landlord|ticket)(?: (?!not\\b)[^ .,!?]+){0,4} (?:was|is|might be|may be|could be|turned out(?: to be)?) (?:a )?(?:fake|bogus)',
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
const STOLEN = /\bstol+en\b/iu;
const THINGS =
  '(?:cards?|wallet|purse|(?:hand|back)?-?bag|backpack|rucksack|luggage|suitcase|phone|mobile|laptop|bike|bicycle|car|passport|parcel|keys?)';
const THEFT = new RegExp(
  [
    'robbed|burgled|burglars?|mugged|pick-?pocket(?:ed|s)?|snatched',
    `${THINGS} (?:was|were|got|has been|have been|had been) (?:just )?(?:taken|nicked|pinched|swiped|grabbed|lifted)`,
    `(?<!\\b(?:atm|machine|bank) )(?:nicked|pinched|swiped|grabbed|made off with|(?:ran|run|walked|went) (?:off|away) with) (?:my|our)(?: \\S+)? ${THINGS}`,
    '(?:broke|broken|break-in) (?:into|in) (?:my|our|the) (?:house|home|car|flat|apartment|room|locker|office)',
  ]
    .map((words) => `\\b(?:${words})\\b`)
    .join('|'),
  'iu',
);
/** A thing that somebody took, and not what is written on it. */
const STOLEN_THING = new RegExp(
  `\\s(?:stole|stolen|took|taken|taking|stealing) (?:my|our)(?: [^ .,!?]+)? ${THINGS}\\b(?! (?:details|numbers?|data|pins?|info))(?: and\\b)?`,
  'iu',
);
/** What others have paid, in words that find the article on it. */
const UNKNOWN_PAYMENT =
  /\b(?:payments?|transactions?|purchases?|charges?|withdrawals?|transfers?|orders?)(?: [^ .,!?]+){0,4}?(?: (?:that|which))? (?:i|we) (?:never|did ?n.?t|did not|have ?n.?t|have not) (?:make|made|do|done|place|placed)\b(?! it\b| (?:it|them) (?:yet|to))/iu;
/** Need, compulsion and threats: what the documents have on it is answered, and a person offered. */
const NEED = new RegExp(
  [
    'threaten(?:s|ed|ing)? (?:me|us)|(?:am|being|been|was|got|getting) threatened|in danger|emergency',
    'no money (?:left )?(?:for|to (?:buy|eat|feed|pay)|at all)|(?:can ?no|can.?)t (?:afford|pay(?: for)?) (?:to eat|food|heating|medicine|(?:my |our |the )?rent)|(?:can ?no|can.)t feed',
    'gambl(?:ing|ed|er)\\b.{0,40}\\b(?:stop|addict(?:ed|ion)?|problem|all|everything|wages|salary)|addicted to (?:gambling|betting)|(?:stop|quit) gambling',
    '(?:drowning|sinking|buried) in debt|(?:being|be|getting) evicted|(?:lose|losing|lost) (?:my|our) (?:home|house)(?! [a-z]*(?:key|insurance|number|address|screen|phone|page|card|internet|office|work))|homeless',
  ]
    .map((words) => `\\b(?:${words})\\b`)
    .join('|'),
  'iu',
);

/** Gas, fire, water and current in a home or on the premises. */
const GAS =
  /\b(?:(?:smell|smells|smelt|smelling|stinks?|reeks?)(?: (?:a bit|strongly|bad))?(?: of| like)? gas|smell of gas|gas (?:leak\w*|smell|is (?:leaking|escaping))|leaking gas|rotten eggs?)\b/iu;
const HAZARD = new RegExp(
  [
    '(?:carbon monoxide|co|smoke|fire|gas) (?:alarm|detector) (?:is |has been |keeps |keep |just |won.?t stop )*(?:going off|ringing|beeping|sounding|went off)',
    '(?:is|are|was|caught|went) (?:on fire|fire|up in flames)|(?:there is|there.?s|i(?: can)? see|i(?: can)? smell) (?:smoke|burning|a fire\\b(?! (?:\\w+ly )?\\w+))',
    'smoke (?:is )?coming|burning smell|(?:got|gave me|had) an electric shock|(?:is|are) sparking',
    '(?:water|rain|sewage)(?: is| was| keeps)? (?:pouring|gushing|flooding|streaming|coming|running|dripping) (?:\\S+ )?(?:through|from|out of|down) (?:the |my |our )?(?:\\S+ )?(?:ceiling|walls?|roof|lights?|lamp)',
    'pipe (?:has |just |is |.s )*burst|(?:house|flat|home|kitchen|bathroom|basement|cellar|room|apartment) (?:is |has |got |was |been )*flood(?:ed|ing)',
  ]
    .map((words) => `\\b(?:${words})(?!\\p{L})`)
    .join('|'),
  'iu',
);

/** What the articles that protect are about; searched together with the customer's words. */
const FRAUD_SUBJECT = 'Fraud: someone else has access to my card or account.';
const THEFT_SUBJECT = 'It was stolen.';
const GAS_SUBJECT = 'I smell gas.';

export interface Danger {
  /** Added to the question; undefined if its own words find the article. */
  readonly subject?: string;
}

/** Whether a message tells of danger, which goes before everything else. */
export function dangerIn(text: string): Danger | undefined {
  const isMessage = MESSAGE.test(text) && (IS_IT_REAL.test(text) || WANTS_SECRET.test(text));
  if (FRAUD.test(text.replace(STOLEN_THING, '')) || isMistypedFraud(text) || isMessage)
    return { subject: FRAUD_SUBJECT };
  if (STOLEN_THING.test(text)) return { subject: THEFT_SUBJECT };
  if (STOLEN.test(text)) return {};
  if (THEFT.test(text)) return { subject: THEFT_SUBJECT };
  if (GAS.test(text)) return { subject: GAS_SUBJECT };
  return UNKNOWN_PAYMENT.test(text) || NEED.test(text) || HAZARD.test(text) ? {} : undefined;
}

function isMistypedFraud(text: string): boolean {
  const words = text.toLowerCase().match(/\p{L}{8,}/gu) ?? [];
  return words.some((word) =>
    FRAUD_WORDS.some((known) => word[0] === known[0] && leven(word, known, { maxDistance: 2 }) <= 1),
  );
}
