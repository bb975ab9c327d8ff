/** What customers call a person who may help them; of a regular expression, like all here. */
export const EN_PERSON =
  'human being|human|real person|live person|person|agent|representative|rep|operator|advisor|adviser|manager|' +
  'supervisor|superior|boss|team lead(?:er)?|colleague|staff member|staff|support team|service team';
/** How they want to reach one. */
export const EN_CALLS =
  'talk|speak|chat|connect me|connect|transfer me|transfer|put me through|reach|call me|hand me over|escalate|contact';
/** How they ask for one. */
export const EN_WANTS = 'want|need|get me|give me|find me|want to have';

const EN_SOMEBODY = `(?:someone|somebody|anyone|anybody|(?:an?|the|your|another) (?:real |actual |live )*(?:${EN_PERSON}))`;
const EN_BOT = '(?:robot|bot|chatbot|machine|computer|ai)';
const EN_PHONE =
  '(?:(?:phone|telephone|contact|support|customer service|hotline|helpline|service) )+number|hotline|helpline|' +
  '(?:phone )?number (?:i can|to) (?:call|ring|phone)';
/** Whom customers know themselves: "can I talk to my wife first?" asks for nobody of the company. */
const EN_KIN =
  'husband|wife|partner|boyfriend|girlfriend|sons?|daughters?|child|children|kids?|baby|mother|father|mum|mom|dad|parents?|' +
  'friends?|family|neighbours?|neighbors?|landlord|tenants?|lawyer|solicitor|accountant|dog|cat|pets?';
/** What may stand behind whom they want to talk to. */
const EN_ENDS = 'please|now|today|asap|directly|instead|personally';
const EN_END = `(?: (?:${EN_ENDS}|again|about (?:it|this|that|my [\\p{L}' ]{1,40})))*$`;
const EN_NO_ROLE =
  'first|again|about|before|after|when|while|if|during|without|with|at|in|on|for|to|from|of|i|we|they|and|or|too|also';
/** Devices that are called as if they did something. */
const EN_DEVICE =
  '(?:speak|print|rout|comput|charg|met|serv|track|scoot|record|boil|wash|dry|heat|cook|mow|hoov|play|controll|numb|lett|ord|comp|dishwash|vacuum clean)ers?|monitors?|sensors?';
/** The end of what people are called by what they do. */
const EN_AGENT =
  "[\\p{L}']*(?:er|or|ist|ian|ant|ess|man|woman|men|nurse|coach|vet|gp|agent|team|office|department|reception|desk|crew|chef|surgeon|mechanic|clerk|guide|host|staff|people)s?";
/** "My dentist", "my daughter's teacher", "the billing team" are of the company. */
const EN_ROLE = `(?:my|our|the|your) (?:(?!(?:${EN_NO_ROLE})\\b)[\\p{L}']+ ){0,3}?(?!(?:${EN_KIN}|${EN_DEVICE}|${EN_NO_ROLE}|${EN_ENDS})\\b)${EN_AGENT}\\b`;
/** Somebody shall call, somebody shall hear a complaint, a number to call, and no bot. */
export const EN_WISHES = [
  `^(?:(?:please|hi|hello|can|could|may|i|i'd|id|i'll|would|want|wanna|need|wish|like|prefer|rather|to|just|really|have|let me) )*(?:talk|speak|chat) (?:to|with) ${EN_ROLE}${EN_END}`,
  `^(?:(?:please|hi|hello|can|could|would|you|just) )*(?:put me through|pass me on|hand me over) to (?:[\\p{L}'-]+ ){0,4}[\\p{L}'-]+$`,
  `^(?:(?:please|can|could|will|would|have|get|let|make|i want|i need|i would like|i'd like|i'll have) )*${EN_SOMEBODY}` +
    '(?: (?:please|to|should|must|from (?:your|the) team))* (?:call|ring|phone|contact) me\\b',
  '^(?:(?:please|just|can you|could you|would you|i want you to) )*(?:call|ring|phone) me(?: back| now| please| today)*$',
  `\\b(?:complain|complaint)\\b.{0,30}\\b(?:to|with) ${EN_SOMEBODY}`,
  '\\bwho (?:can|could|do|should|may) i (?:complain|talk|speak) to\\b',
  '^who (?:can|could|do|should|may) i (?:call|ring|phone|contact|ask)(?: (?:about (?:this|it|that)|for help|please|there|now|instead|directly))*$',
  '\\b(?:someone|somebody|anyone|anybody)(?: that| who)? i (?:can|could|may) (?:actually |really )?(?:talk|speak|chat|complain)(?: to| with)?\\b',
  '\\b(?:discuss|sort|talk|go) (?:(?:this|it|that|everything|my case|things) )?(?:out |over |through )?with (?:someone|somebody|a (?:person|human|real person)|one of you)\\b',
  `^(?:can|could|would|will|may) (?:someone else|somebody else|one of your (?:colleagues|people|agents|staff)|an? (?:real |actual |live )*(?:${EN_PERSON})(?: of yours)?) (?:please |maybe |perhaps )*(?:help|assist|take over|take this over|look (?:at|into)|deal with|handle|answer|reply)\\b`,
  '\\b(?:help|see|meet|talk to|speak to) me in person\\b|\\b(?:someone|somebody|anyone|anybody) (?:on the (?:phone|line)|in charge)\\b',
  `^(?:is there |are there )(?:an? |any )?(?:real |actual |live )*(?:${EN_PERSON}|people|humans)(?: (?:there|here|available|around|behind this|i can|who can|that can|to|talk|speak|help|me|with|on))*$`,
  "^(?:i (?:want|wish|would like|need) to|i'd like to) (?:complain|(?:make|file|raise) a complaint)$",
  `^(?:please |hi |hello )*(?:give me|send me|tell me|i (?:want|need)|can i (?:have|get)|do you have|have you got|is there) (?:an?|the|your|some|any) (?:${EN_PHONE})(?: (?:please|to call|i can call|for support))*$`,
  '(?<!\\b(?:am|was) i (?:just |really |actually )?)\\b(?:talk|speak|chat)(?:ing)? (?:to|with) (?:an?|the|one of your) (?:real|actual|live) \\p{L}+',
  `(?<!\\b(?:am|was) i (?:just |really |actually )?)\\b(?:talk|speak|chat)(?:ing)? (?:to|with) (?:an? |the |this |your )?(?:stupid |fucking |bloody )?${EN_BOT}s?\\b`,
];
