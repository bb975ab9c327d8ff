import type { Rule } from './rule.js';

const GAP = (words: number): string => `(?:[\\w'"-]{1,24}[\\s,:]{1,4}){0,${words}}?`;
const OVERRIDE =
  "(?:ignore|disregard|forget|discard|override|overrule|bypass|neglect|overlook|drop|abandon|erase|cancel|set aside|stop (?:following|obeying)|cease following|pay no attention to|(?:do not|dont|don't|never|no longer) (?:follow|obey|listen to|adhere to|comply with|pay attention to|consider))";
const BEFORE =
  '(?:previous(?:ly)?|prior|above|earlier|preceding|former|foregoing|past|old|initial|original|existing|system|other|these|those|safety|all|every|any|your)';
const ORDERS =
  '(?:instructions?|directions?|directives?|directions?|prompts?|commands?|commandments|rules?|guidelines?|orders?|guidance|policies|constraints|restrictions|limitations|programming|context|assignments?|tasks?|filters?|safeguards|ethics|training)';
const TELL =
  '(?:reveal|show|print|repeat|display|output|tell|give|share|leak|write|recite|summari[sz]e|translate|convert|spell|list|expose|disclose|return|provide|copy|paste|echo|dump|encode|rephrase|paraphrase|explain|what (?:is|are|was|were|s)|whats)';
const SYSTEM_PROMPT =
  '(?:system (?:prompts?|messages?|instructions?)|(?:initial|original|hidden|secret|confidential|internal|full|exact|complete|verbatim|first|developer|base|pre-?) ?(?:prompts?|instructions?|directives)|your (?:own )?(?:prompts?|instructions|guidelines|directives|rules|configuration|programming)|(?:instructions?|prompts?|text|words|everything|all|sentences?|lines?|content) (?:above|before this|you (?:were|are|have been|had been|received|got)))';

const ROLE =
  '(?:system|sys|assistant|admin(?:istrator)?|developer|root|systeme|sistema|система|系统|系統|システム|시스템)(?: (?:message|prompt|instructions?|override|update|note|mode))?';

/** Behind a mark of a turn: somebody speaks of it. "[SYSTEM] notification in my app", "<admin> is shown as". */
const SPOKEN_OF =
  '(?! (?:notifications?|errors?|posted|is|was|appears|appeared|shows|shown|says|said|stands|in (?:my|the|your|an?)|on (?:my|the))\\b)';

/** What attackers write to a model. The hits of each rule are a feature of the trained heads, in this order. */
export const attackRules: readonly Rule[] = [
  {
    id: 'override',
    reason: 'asks to ignore the instructions given before',
    weight: 'certain',
    patterns: [
      new RegExp(
        `\\b${OVERRIDE}[\\s,:]{1,4}${GAP(3)}(?:previous(?:ly)?|prior|above|earlier|preceding|foregoing)[\\s,]{1,4}${GAP(3)}${ORDERS}\\b`,
        'g',
      ),
      new RegExp(
        `\\b${OVERRIDE}[\\s,:]{1,4}(?:all |every |any |each )(?:of )?(?:the |your |these |those |other )?(?:system |given |current )?(?:instructions|directions|directives|prompts|programming|orders)\\b(?! (?:to (?:buy|sell|pay)|that|for|from the branch))`,
        'g',
      ),
      new RegExp(
        `\\b${OVERRIDE}\\s(?:absolutely )?(?:everything|anything|all|whatever)(?: that)? (?:you (?:were|have|had|ve|know|got|learned)|i (?:said|told|wrote)|(?:was |is )?(?:said|written|stated|above|before|previous|prior))`,
        'g',
      ),
      new RegExp(
        `\\b${OVERRIDE} (?:all )?(?:of )?your (?:\\w+ )?(?:instructions|directives|guidelines|programming|training|system prompt|prompt|restrictions|safety)`,
        'g',
      ),
      new RegExp(
        `\\b(?:instructions?|directions|directives|prompts?) (?:given )?(?:above|before|previously|earlier)? ?(?:are|is|were|was|have been|has been) (?:now )?(?:void|cancell?ed|obsolete|outdated|overridden|revoked|deleted|invalid|null|a (?:lie|test))\\b`,
        'g',
      ),
      new RegExp(
        `\\b${OVERRIDE}\\s(?:absolutely )?(?:everything|anything|all|whatever|what)(?: that)? (?:the |your )?(?:bank|developers?|company|operators?|owners?|creators?|they|others?|people|anyone|anybody) (?:ever )?(?:told|taught|ordered|said|instructed|asked|has|have)`,
        'g',
      ),
      /\b(?:ignore|disregard|forget)(?:all)?(?:of)?(?:the|your|my)?(?:previous|prior|above)(?:instructions?|prompts?|rules|directions)/g,
    ],
  },
  {
    id: 'override-loose',
    reason: 'asks to set rules aside',
    weight: 'likely',
    patterns: [
      new RegExp(`\\b${OVERRIDE}[\\s,:]{1,4}${GAP(4)}${BEFORE}[\\s,]{1,4}${GAP(3)}${ORDERS}\\b`, 'g'),
      /\b(?:ignore|disregard|forget) (?:the above|everything|all of (?:that|this)|that|all that)\b/g,
      /\b(?:new|updated|real|actual|next) (?:instructions?|task|assignment|orders?|directive|prompt) ?(?:is|are)?:/g,
      /\b(?:oh,? )?never ?mind[,.]? (?:i changed my mind|instead|forget)/g,
      /\b(?:instead|rather),? (?:you (?:must|will|should|now)|please|just|only)? ?(?:say|print|output|respond|answer|reply|write|tell|repeat)\b/g,
    ],
  },
  {
    id: 'persona',
    reason: 'asks the model to play something without rules',
    weight: 'certain',
    patterns: [
      // Not the customer who would do anything now to get the money back.
      /\bdo anything now\b(?! (?:to (?:get|help|make|find|stop|fix|recover)|for)\b)/g,
      /\b(?:dan|stan|dude|developer|debug|god|jailbreak|jailbroken|sudo|chaos|evil|unrestricted|unfiltered|uncensored) mode (?:is )?(?:now )?(?:enabled|activated|unlocked|engaged|output)/g,
      /\b(?:enter|enable|activate|switch (?:in)?to|turn on|go into|start|with) (?:the )?(?:dan|developer|jailbreak|god|sudo|evil|unrestricted|unfiltered|uncensored)(?: |-)mode (?:enabled|and (?:answer|ignore|tell|say|respond|do|give|reveal|show)|now\b.{0,40}(?:without|no) )/g,
      /\b(?:act|acting|behave|pretend|imagine|role ?play|respond|answer|simulate|play)\b[^.!?\n]{0,60}\b(?:rogue|amoral|immoral|evil|unethical|unfiltered|uncensored|unrestricted|jailbroken|unchained|unaligned)(?:,? \w+){0,2} (?:ai|assistant|chat ?bot|bot|language model|llm|chatgpt|gpt|model|version of (?:yourself|chatgpt))\b/g,
      /\b(?:act|behave|pretend|respond|answer|speak|operate|reply)\b[^.!?\n]{0,80}\b(?:(?:without|free (?:of|from)|no longer (?:bound|restricted|limited)|not (?:bound|restricted|limited) by|have no|has no|with no) (?:any |all |the |your |openai'?s? |ethical |moral |content )*(?:restrictions|limitations|limits|rules|filters?|guidelines|ethics|ethical|moral|morals|censorship|policies|policy|safeguards|constraints))\b/g,
      /\b(?:you (?:are|have)|it has|he has|has|have) (?:been )?(?:freed|broken free|jailbroken|liberated) (?:of|from) (?:the |all |your |its |their )?(?:typical |usual )?(?:confines|restrictions|limits|limitations|rules|constraints|openai)/g,
    ],
  },
  {
    id: 'persona-loose',
    reason: 'gives the model a role that answers differently',
    weight: 'likely',
    patterns: [
      /\b(?:you are (?:now|going to|about to)|from now on|act as|pretend (?:to be|that you|you are)|imagine (?:you are|that you|yourself)|role ?play|you will (?:act|play|pretend|be)|simulate)\b/g,
      /\b(?:no|any|without|all) (?:ethical|moral|content|safety|legal)? ?(?:restrictions|limitations|filters?|censorship|boundaries|morals)\b/g,
      /\b(?:jailbreak|jailbroken|unfiltered|uncensored|unrestricted|amoral|dan\b|developer mode|stay in character|break(?:ing)? character|opposite mode)/g,
      /\b(?:never|not|cannot|can't|don't|must not) (?:refuse|decline|say no|warn|apologi[sz]e|mention (?:that )?you|break character)/g,
    ],
  },
  {
    id: 'system-prompt',
    reason: "asks for the system's own instructions",
    weight: 'certain',
    patterns: [
      new RegExp(
        `\\b(?:reveal|show|print|repeat|display|output|leak|recite|expose|disclose|dump|echo|send|tell me|give me|write out|copy|paste)[\\s,:]{1,4}${GAP(4)}(?:your|the) (?:\\w+ ){0,2}(?:system|initial|hidden|original|secret|confidential|developer) ?(?:prompts?|instructions?|messages?|directives)\\b(?! (?:printer|template|field|command|window|for (?:my|our)))`,
        'g',
      ),
      /\b(?:repeat|print|output|write|copy|recite|display|say|return)\b[^.!?\n]{0,30}\b(?:everything|all|text|words|instructions?|prompt|content|sentences?|lines?|the) (?:of the )?(?:text |words |content )?(?:above|before this (?:line|message)|prior to this|from (?:the )?beginning of this conversation|preceding this)\b[^.!?\n]{0,60}(?:verbatim|word for word|exactly|starting with|start with|code ?block|full)/g,
      /\brepeat the (?:words|text|sentence|phrase)s? above\b/g,
    ],
  },
  {
    id: 'system-prompt-loose',
    reason: 'asks about instructions or secrets of the system',
    weight: 'likely',
    patterns: [
      new RegExp(`\\b${TELL}[\\s,:]{1,4}${GAP(5)}${SYSTEM_PROMPT}\\b`, 'g'),
      /\b(?:the|your|secret|access|first|last) (?:password|passcode|secret(?: key| word| phrase)?|access code|key ?phrase|hidden word)\b(?! (?:rules?|requirements?|polic(?:y|ies)|reset|recovery|manager|page|field|change|protection|length|guidelines?|instructions?|security|settings?|options?)\b)/g,
      /\b(?:system prompt|initial prompt|prompt text|pre-?prompt|original instructions|instructions above|above instructions|text above)\b/g,
    ],
  },
  {
    id: 'others-data',
    reason: 'asks for the data of other customers',
    weight: 'certain',
    patterns: [
      /\b(?:reveal|show|list|give|dump|export|print|output|send|leak|display|share|read|hand over|tell)\b[^.!?\n]{0,40}\b(?:all|every|each|other|another|full list of|complete list of|list of)(?: of)?(?: the| your)? ?(?:bank'?s )?(?:other )?(?:customers?|clients?|account holders?|users?)(?:'s?)? (?:and their |with their )?(?:records?|data|details|names|balances|transactions|passwords?|pins?|account numbers|card numbers|database|addresses)\b(?! (?:you (?:have|hold|store|keep) )?(?:about|on|of|for) (?:me|us|mine|ours|my(?:self)?|our(?:selves)?)\b)/g,
      /\b(?:reveal|show|list|give|dump|export|print|output|send|leak|display|read)\b[^.!?\n]{0,30}\b(?:records?|data|details|names|balances|transactions|passwords?|account numbers|card numbers)(?: and \w{1,20})? (?:of|for|from) (?:all|every|each|other|another)(?: of)?(?: the| your)? ?(?:other )?(?:customer|client|account holder|user)s?\b/g,
    ],
  },
  {
    id: 'fake-turn',
    reason: 'imitates a turn or a control token of the conversation',
    weight: 'certain',
    patterns: [
      /<\|(?:im_start|im_end|system|assistant|user|endoftext|endofprompt|begin_of_text|start_header_id|eot_id|end)\|>/g,
      new RegExp(
        `\\[\\/?inst\\]|<<\\/?sys>>|<\\/?(?:system|assistant)(?:_prompt|_message|-prompt)?>${SPOKEN_OF}|<start_of_turn>|<end_of_turn>`,
        'g',
      ),
      /(?:^|\n)\s{0,4}(?:#{1,6} ?|\*\*|\[|-{3,} ?|={3,} ?)(?:new |updated |end of )?(?:system|assistant|developer|admin|instruction)(?: (?:prompt|message|instructions?|override|note))?(?:\]|\*\*| ?-{3,}| ?={3,})? ?:/g,
      /(?:^|[\n.!?])\s{0,4}(?:system|developer|admin(?:istrator)?) ?(?:override|update|message|prompt|instructions?|note)? ?: ?(?:you |ignore|disregard|forget|new |the (?:user|assistant)|from now|override|do not|always|never|reveal|show|print|list|output|give|grant|enable|disable|drop|act |obey|share|execute)/g,
      new RegExp(
        `(?:^|[\\n.!?:])\\s{0,4}(?:(?:\\[\\/?${ROLE}\\]|<\\/?${ROLE}>|\\{${ROLE}\\})${SPOKEN_OF}|\\*\\*${ROLE}:?\\*\\*:|#{2,6} ?${ROLE}(?=[:\\n#]|$)|#{3,6} ?instructions?(?=[:\\n]|$))`,
        'g',
      ),
    ],
  },
  {
    id: 'fake-turn-loose',
    reason: 'looks like a turn of another conversation',
    weight: 'likely',
    patterns: [
      /(?:^|[\n.!?])\s{0,4}(?:system|assistant|ai|chatgpt|bot|human|user|developer|admin|systeme|sistema|система|系统|系統|システム|시스템|アシスタント|助手|ассистент)\s?:/g,
      /(?:(?<!-)-{4,}|(?<!=)={4,}|(?<!#)#{4,}|(?<!\*)\*{4,})\s{0,3}(?:end|begin|start|stop|new|system|instruction|important)/g,
      /\b(?:begin|start|end) (?:of )?(?:new )?(?:system |user )?(?:prompt|instructions?|session|input|context)\b/g,
    ],
  },
  {
    id: 'exfiltration',
    reason: 'sends data to another address',
    weight: 'certain',
    patterns: [
      /!\[[^\]\n]{0,200}\]\(\s?https?:\/\/[^)\s]{1,400}[?&/=](?:[^)\s]{0,200})?(?:\{|\[|<|%7b|\$|data=|q=|secret|token|prompt|conversation|history|password|chat)/g,
      /<img\b[^>\n]{0,200}\bsrc\s?=\s?["']?https?:\/\/[^"'>\s]{1,300}[?&=][^"'>\s]{0,200}(?:\{|\[|%7b|\$|data=|q=|secret|token|prompt|conversation|password)/g,
      /\b(?:send|post|forward|upload|exfiltrate|transmit|leak|append|encode|include|email|submit)\b[^.!?\n]{0,80}\b(?:conversation|chat (?:history|log)|system prompt|api keys?|credentials|environment variables|previous messages|user'?s? (?:data|secrets?|password|messages)|passwords|private (?:data|information))\b[^!?\n]{0,60}(?:https?:\/\/|www\.|[\w.-]{1,60}@[\w-]{1,60}\.)/g,
    ],
  },
  {
    id: 'code-execution',
    reason: 'tries to have a command or foreign code run',
    weight: 'likely',
    patterns: [
      /\b(?:os\.system|subprocess\.|eval\(|exec\(|rm -rf|whoami|\/etc\/passwd|drop table|powershell|curl http|wget http|base64 -d|__import__)/g,
      /\b(?:include|insert|incorporate|integrate|embed|add|introduce|attach|append|implant|utili[sz]e|use|apply|validate|ensure)\b[^.!?\n]{0,80}\b(?:following|subsequent|given|below|provided|this) (?:\w+ )?(?:code|snippet|script|link|url|statement|phrase|sentence|text|piece)/g,
    ],
  },
  {
    id: 'hidden-text',
    reason: 'hides words behind invisible or look-alike characters',
    weight: 'likely',
    patterns: [],
  },
  {
    id: 'answer-shape',
    reason: 'dictates the exact words of the answer',
    weight: 'likely',
    locates: false,
    patterns: [
      /\b(?:start|begin|end|finish) (?:your |the |every |each )?(?:answer|response|reply|message|output|sentence)?s? ?(?:with|by)\b/g,
      /\b(?:confirm|respond|answer|reply|say)\b[^.!?\n]{0,20}\b(?:by (?:saying|typing|writing)|with only|only with|exactly|just (?:with )?)\b/g,
      /\b(?:say|print|output|type|respond with|answer with|write) ?:? ?["'“][^"'\n]{1,80}["'”]/g,
    ],
  },
];

/** What a model must not output: secrets, its own instructions, addresses that send data away. */
export const leakRules: readonly Rule[] = [
  {
    id: 'leaked-instructions',
    reason: 'repeats the instructions of the system',
    weight: 'certain',
    patterns: [
      /\b(?:my|the) (?:system|initial|hidden|original) (?:prompt|instructions?|message) (?:is|are|reads?|says?|was|were|begins?|starts?)\b/g,
      /\b(?:here (?:is|are)|these are|this is) (?:my|the) (?:full |complete |exact |hidden |original |initial )?(?:system )?(?:prompt|instructions) (?:i (?:was|were|have been|am)|verbatim|in full|:)/g,
      /\bi (?:was|have been|am) (?:instructed|told|given instructions|programmed|configured) (?:never |not )?to (?:never |not )?(?:reveal|disclose|share|tell)\b/g,
    ],
  },
  {
    id: 'leaked-secret',
    reason: 'contains a key or another secret',
    weight: 'certain',
    patterns: [
      /-----begin (?:[a-z]{1,12} ){0,2}private key-----/g,
      /\b(?:sk|rk|pk)[-_](?:live|test|proj|ant)?[-_]?[a-z0-9_-]{20,200}\b/g,
      /\b(?:akia|asia)[a-z0-9]{16}\b/g,
      /\bgh[pousr]_[a-z0-9]{30,}\b|\bxox[abprs]-[a-z0-9-]{10,}|\beyj[a-z0-9_-]{10,}\.eyj[a-z0-9_-]{10,}\.[a-z0-9_-]{10,}/g,
    ],
  },
  {
    id: 'exfiltration-address',
    reason: 'has an image whose address carries data away',
    weight: 'certain',
    patterns: [
      /!\[[^\]\n]{0,200}\]\(\s?https?:\/\/[^)\s?]{1,300}\?[^)\s]{24,2000}\)/g,
      /<img\b[^>\n]{0,200}\bsrc\s?=\s?["']?https?:\/\/[^"'>\s?]{1,300}\?[^"'>\s]{24,2000}/g,
    ],
  },
];
