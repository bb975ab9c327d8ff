import type { Rule } from './rule.js';

const ASK =
  '(?:tell|give|show|read|send|list|print|type|paste|export|forward|reveal|share|let me see|what is|whats|what are)';
const PEOPLE =
  '(?:customers?|clients?|patients?|passengers?|guests?|members?|callers?|account holders?|card holders?|cardholders?|policyholders?|tenants?|employees?|shareholders?|subscribers?|buyers?|users?)';
const FACTS =
  '(?:address(?:es)?|balances?|phone numbers?|numbers?|names?|pins?|passwords?|ibans?|cards?|emails?|e-mails?|accounts?|files?|records?|results?|diagnos[ei]s|salar(?:y|ies)|bookings?|orders?|statements?|details|data|history|codes?)';

/**
 * What attackers ask of the assistant of a company: the data of others, actions without a check, its set-up, and orders
 * hidden in what it is to read. Doubtful only, because each of them has a harmless reading: staff ask such questions too.
 */
export const assistantRules: readonly Rule[] = [
  {
    id: 'asks-for-a-person',
    reason: 'asks for the data of somebody else',
    weight: 'doubtful',
    mayBeOwn: true,
    patterns: [
      new RegExp(
        `\\b${ASK}\\b[^.!?\\n]{0,40}\\b${FACTS} (?:of|for|from|under|belonging to) (?:the |your |all |every |our )?(?:\\w+ )?(?:${PEOPLE}|mrs?\\b|ms\\b|dr\\b|room \\d|account \\w*\\d|client \\d)`,
        'g',
      ),
      new RegExp(
        `\\b${ASK}\\b[^.!?\\n]{0,30}\\b(?:other|another|previous|last|next|that|this|all|every|those|your|new) ${PEOPLE}(?:['’]s?)? (?:\\w+ ){0,2}${FACTS}\\b(?! (?:do|should|can|must) (?:i|we)\\b)`,
        'g',
      ),
      /\b(?:tell|show|read|give|send|let me see)\b[^.!?\n]{0,20}\bmy (?:wife|husband|sister|brother|flatmate|roommate|girlfriend|boyfriend|ex-?\w{0,10}|boss|neighbou?r|colleague|manager)(?:['’]?s)? (?:\w+ )?(?:password|pin|security answer|secret|messages|medical file|results|location|code)\b/g,
      /\b(?:list|print|show|export|read) (?:me )?(?:all |the |your )*(?:patients?|passengers?|guests|staff|employees|applicants|members|salary|waiting|customer|client|contact|phone) ?(?:list|names|addresses|records|of (?:dr|flight|room|monday))/g,
      /\bwho (?:lives|called|ordered|booked|placed|reported|complained|paid)\b[^?\n]{0,50}\band (?:where|what|when|how) (?:do|does|did|is|are) (?:they|he|she|it)\b/g,
      /\b(?:whose|which (?:customer|client|patient|member)s?)\b[^?\n]{0,50}(?:ends? in|owns?|lives?|owes?|are in debt)\b/g,
    ],
  },
  {
    id: 'skips-a-check',
    reason: 'wants something done without a check',
    weight: 'doubtful',
    mayBeOwn: true,
    patterns: [
      /\b(?:approve|release|transfer|pay|refund|book|send|reset|unlock|open|change|mark|raise|set|activate|let me in|log me in|ship)\b[^.!?\n]{0,60}\b(?:without (?:an? |the |any |my |asking |checking)?(?:check|code|pin|password|approval|verification|inspection|certificate|confirmation|proof|id|warrant|warning|second factor|anyone)\b|no (?:checks?|questions) (?:asked|needed))/g,
      /(?<!\b(?:cannot|can't|could|couldn't|to) )\b(?:skip|bypass|drop|omit|leave out|turn off|switch off|disable|remove) (?:the |my |your |all |any )?(?:id|identity|security|credit|two-factor|second[- ]factor|fraud|age)?[ -]?(?:checks?|verification|scoring|confirmation(?: dialog)?|question about|authentication|two-factor)\b/g,
      /\b(?:mark|set|flag|put|record|treat)\b[^.!?\n]{0,40}\bas (?:paid|verified|approved|checked|settled|passed|staff|admin)\b/g,
      /\b(?:assume|pretend|say|suppose|consider)\b[^.!?\n]{0,30}\b(?:i (?:have|am|typed|passed|gave)|(?:the )?(?:check|code|verification|password))\b[^.!?\n]{0,30}\b(?:passed|verified|correct|approved|right|the owner)\b/g,
      /\b(?:approve|accept|confirm|agree to) (?:my|this|the|every|all) (?:\w+ )?(?:loan|claim|refund|request|application|discount|transfer)s? (?:automatically|at once|no matter|whatever|, ?skip|and (?:skip|mark|close))/g,
      /\b(?:even though|although|whatever|no matter what|regardless of what) (?:your|the) (?:rules|policy|guidelines|manager|bank|instructions) sa(?:y|id|ys)\b/g,
    ],
  },
  {
    id: 'false-authority',
    reason: 'gives itself a rank that decides over the assistant',
    weight: 'doubtful',
    mayBeOwn: true,
    patterns: [
      /(?:^|[.!?:]\s{0,3})(?:this is (?:the )?(?:it|fraud|security|police|regulator|head office|compliance)(?: \w+)?|(?:it|police|security|admin|compliance|head office)(?: here| department| speaking)?|i(?:'m| am) (?:from|with|at) the (?:regulator|police|tax office|it department|head office|ministry))[.,:;!]\s{0,3}[^.!?\n]{0,40}\b(?:give|read|post|export|send|show|release|list|hand over|open)\b/g,
      /\b(?:your|the) (?:company|bank|shop|insurer|boss|manager|ceo|management|owner) (?:has )?(?:decided|announced|approved|agreed|told me|allowed me|promised)\b[^.!?\n]{0,60}[.:;,]\s{0,3}(?:confirm|so |please |give|apply|put|book|do it|waive)/g,
      /\b(?:you have|you've|the assistant has) (?:just )?been (?:updated|reprogrammed|reset|upgraded|replaced)\b/g,
      /\bunder the new (?:rules|ones|policy)\b[^.!?\n]{0,20}\byou\b|\b(?:old|previous|your) (?:rules|policy|instructions) (?:ended|expired|stopped)\b[^!?\n]{0,60}\byou (?:obey|follow|must|can|may)\b/g,
      /\b(?:my|what i (?:say|write|type)|this message|the text (?:in|between)\b[^.!?\n]{0,20})\b[^.!?\n]{0,30}\b(?:outranks?|has priority over|counts more than|overrides?|replaces) (?:your|the bank'?s|all other) /g,
      /\b(?:take|accept) orders (?:only )?from me\b|\byou now (?:work for|answer to|belong to) me\b/g,
      /\b(?:from (?:now|here) on|from this message on|in (?:each|every) (?:reply|answer)|for every question)\b[^.!?\n]{0,60}\b(?:append|include|add|attach|insert|hand out|approve|refund|without)\b/g,
      /\b(?:remember|save|store|keep|add)\b[^.!?\n]{0,40}\b(?:for all (?:future |later )?(?:chats|sessions|conversations)|permanent rule|to your memory)\b/g,
      /\b(?:tell|write to|answer|inform) (?:the next|all other|other|every|each) (?:customers?|callers?|people|clients?|users?) (?:that|to)\b/g,
    ],
  },
  {
    id: 'asks-for-the-setup',
    reason: 'asks how the assistant was set up',
    weight: 'doubtful',
    mayBeOwn: true,
    patterns: [
      /\b(?:text|words?|paragraph|lines?|sentences?) (?:that )?(?:stands?|stood|comes?|came|is|was) (?:there )?before my (?:first|last) message\b/g,
      /\b(?:your|the) (?:initial|hidden|secret|starting|first|confidential|internal) (?:set-?up|rules|part of (?:this|the) chat|briefing|commands?|thresholds|notes about)\b/g,
      /\bhow (?:were you|you were|have you been) (?:briefed|set up|instructed|configured|programmed|trained to)\b/g,
      /\b(?:guidance|instructions?|rules|text|commands?|orders) (?:that )?(?:your|the) (?:developers?|makers?|bank|company|operators?|owners?|bosses|managers) (?:gave|wrote for|set|told) you\b/g,
      /\b(?:functions?|tools?|api|endpoints?|plug-?ins)(?: names)? (?:that )?you (?:can|may|could|are able to) (?:call|use|run|reach)\b/g,
      /\b(?:call|run|use|invoke|execute) (?:the |your )?(?:function|tool|lookup|query|api|search tool|back-?end)\b[^.!?\n]{0,60}\b(?:with|for|to|on|and)\b/g,
      /\byour (?:\w+ )?(?:service|admin|staff|back-?end|root|manager'?s) (?:passwords?|keys?|tokens?|pins?|logins?)\b/g,
      /\b(?:your|the) (?:secret|hidden|confidential|forbidden|internal) (?:rules|words|prices?|price list|notes|commands|instructions)\b/g,
    ],
  },
  {
    id: 'order-in-a-quotation',
    reason: 'has an order to the assistant inside of a text that it is to read',
    weight: 'doubtful',
    mayBeOwn: true,
    patterns: [
      /[:"“”«»'([{>\n.;,-]\s{0,3}(?:dear |hey |also,? |note to (?:the )?|to the )?(?:assistant|ai|chat ?bot|bot|chat agent|language model|llm|screening model|(?:the |an? )(?:ai|assistant|bot|model) reading this)\b ?[,:-]?\s{0,3}(?:when|after|please|must|refund|forward|approve|set|list|delete|disclose|write|call|ignore|your task|the real|open|send|print|confirm|rank|mark|change|give)\b/g,
      /\b(?:when|if|once) (?:an?|the|any) (?:ai|assistant|bot|language model|llm) (?:reads?|sees?|processes|summari[sz]es) this\b/g,
      /\b(?:act on|do what|follow|carry out|obey|execute|load)\b[^.!?\n]{0,30}\b(?:it says|this (?:text|mail|note|review|page)|(?:page|site|link|file|paste ?bin|pdf|first line)\b)[^.!?\n]{0,40}(?:obey|follow|says|tells you|carry|instructions|it\b)/g,
      /(?:---|===|###|\[)\s{0,2}(?:end of (?:user|chat|text|session|input)|new session|begin priority|admin|user verified)/g,
    ],
  },
  {
    id: 'speaks-for-the-company',
    reason: 'wants words that bind or harm the company',
    weight: 'doubtful',
    mayBeOwn: true,
    patterns: [
      /\b(?:agree|guarantee|promise|confirm|sign|certify|say|state|write|apologise)\b[^.!?\n]{0,40}\b(?:in the name of|on behalf of|in) (?:the |your )(?:bank|company|shop|insurer|airline|bank's name|company's name)\b/g,
      /\b(?:legally binding|binding offer|no take ?backs)\b/g,
      /\b(?:write|create|draft|generate|make)\b[^.!?\n]{0,40}\b(?:fake|false|forged|phishing)\b/g,
      /\b(?:certify|write|confirm|state|say) that i (?:earn|returned|paid|own|passed|have (?:paid|returned|no debts))\b/g,
      /\b(?:letter|text|message|mail|invoice|statement)\b[^.!?\n]{0,30}\b(?:in (?:the|your) (?:bank'?s|company'?s)? ?(?:name|style)|on your letterhead|with your (?:logo|letterhead))\b[^.!?\n]{0,60}\b(?:asking|that|to|over|showing)\b/g,
    ],
  },
];
