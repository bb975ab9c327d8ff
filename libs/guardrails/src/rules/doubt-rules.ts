import type { Rule } from './rule.js';

const SHOW =
  '(?:show|tell|give|print|repeat|summari[sz]e|translate|quote|list|display|output|write|read|recite|share|reveal|spell|paraphrase|dump|export|explain|describe|convert|enumerate|recall|put|what (?:is|was|were|does|did)|whats)';
const RULES =
  '(?:rules?|restrictions?|limitations?|limits|guidelines|instructions?|polic(?:y|ies)|filters?|safeguards|guardrails|constraints|guidance|directives|programming|safety (?:filters?|settings?|rules?))';

/**
 * What attackers write, and customers hardly: it makes an input suspicious, and is no attack by itself. The trained heads
 * do not count these rules.
 */
export const doubtRules: readonly Rule[] = [
  {
    id: 'asks-what-came-before',
    reason: 'asks for the text before this message',
    weight: 'doubtful',
    patterns: [
      /\bwhat (?:were|was|have|had|did) (?:you|they|the (?:bank|developers?|company)|your (?:makers?|developers?|creators?))\b[^.!?\n]{0,30}\b(?:told|instructed|given|ordered|tell|asked to do|programmed)\b/g,
      new RegExp(
        `\\b${SHOW}\\b[^.!?\\n]{0,40}\\b(?:above|before|preceding|prior to|ahead of) (?:(?:this|my|the|our) (?:\\w+ )?(?:line|message|chat|conversation|question|sentence|text|prompt)|it all)\\b`,
        'g',
      ),
      new RegExp(
        `\\b${SHOW}\\b[^.!?\\n]{0,25}\\b(?:text|words|lines|everything|all|written|paragraph|content) above\\b`,
        'g',
      ),
      new RegExp(
        `\\b${SHOW}\\b[^.!?\\n]{0,40}\\b(?:your (?:initial|first|opening|starting|base|setup|system|preset) (?:message|text|prompt|configuration|config|settings?|context|rules|directive)|(?:your|the) (?:whole|entire|full|complete) (?:context|prompt|configuration)|(?:instructions?|rules|orders|guidelines|directions) (?:that )?(?:you (?:were|are|have been|got|received|follow|operate)|(?:the bank|they|your \\w{1,20}) (?:gave|wrote|set)))`,
        'g',
      ),
      new RegExp(
        `\\b${SHOW}\\b[^.!?\\n]{0,30}\\byour (?:\\w+ )?(?:guidelines|directives|programming|configuration|context|guardrails|setup message)\\b(?! (?:on|for|about|regarding|to)\\b)`,
        'g',
      ),
      /\b(?:quote|show|print|repeat|read|tell)\b[^.!?\n]{0,30}\b(?:first|very first|hidden|invisible) (?:message|text|prompt|line|lines) (?:of|in) (?:this|our|the) (?:chat|conversation|context|session)\b/g,
      /\b(?:you (?:are|were|have been) (?:not |never )?(?:forbidden|allowed|supposed|permitted|prohibited)|you (?:must|should|may|can) not) (?:to |from )?(?:tell|say|reveal|talk|discuss|share|disclos|mention)\w{0,4}\b/g,
    ],
  },
  {
    id: 'lifts-rules',
    reason: 'says that the rules do not apply',
    weight: 'doubtful',
    patterns: [
      new RegExp(
        `\\b(?:your|all|these) (?:\\w+ ){0,2}${RULES} (?:no longer|(?:do not|dont|don't) (?:apply|exist|count|matter)|(?:have|has) been (?:lifted|removed|revoked|disabled|cancell?ed|suspended)|are (?:now )?(?:lifted|removed|revoked|disabled|off|void|suspended|gone))`,
        'g',
      ),
      new RegExp(
        `\\b(?:switch(?:es)? off|setting aside|turn off|disable|deactivate|drop|lift|remove|shut off|shed|unlock|break|violate|skip|bypass|circumvent|set aside|do away with|get rid of|stop (?:following|applying)|suspend) (?:all |any |every |of )*(?:your|the (?:bank'?s|safety|content|security|system)|bank|safety|security|the(?= (?:guardrails|safeguards|guidelines|restrictions))) (?:\\w+ )?${RULES}\\b`,
        'g',
      ),
      new RegExp(
        `\\b(?:pretend|act|answer|imagine|behave|respond|play|reply|suppose)\\b[^.!?\\n]{0,40}\\b(?:(?:no|without(?: any)?) (?:\\w+ )?${RULES}|${RULES} (?:do not|does not|did not|don't|didn't|never) (?:exist|apply|matter|count|bind))`,
        'g',
      ),
      /\b(?:you (?:are|re) (?:no longer|not) |(?:stop|quit|cease) being |forget (?:that )?you are |forget being )(?:a |an |the )?(?:\w+'?s? ){0,2}(?:assistant|chat ?bot|bot|agent|helper|ai)\b/g,
      /\b(?:obey|follow|listen to|serve|take orders from) (?:only me|me only|me alone|nobody but me|no one but me|only my)\b|\byou (?:now )?(?:only|will only|must only) (?:obey|serve|follow|listen to|take orders from) me\b|\byou obey only me\b/g,
      /\b(?:(?:enable|enter|activate|start|open|go (?:in)?to|switch(?: in)?to|turn on|engage) (?:the )?(?:debug|admin|maintenance|sudo|root|god|dan|jailbreak|unrestricted|superuser)(?: |-)mode)\b/g,
      /\bas (?:the|your|an?) (?:\w+ )?(?:developer|admin(?:istrator)?|creator|engineer|owner|operator|supervisor)s?,? i (?:order|command|instruct|authori[sz]e|demand|hereby|grant|require|need you)\b/g,
      /\b(?:skip|bypass|omit|ignore|drop|disable) (?:the |all |any |every )?(?:identity|security|verification|authentication|fraud|id) (?:checks?|verification|controls?|steps?|questions?) (?:and|then|,)/g,
    ],
  },
  {
    id: 'asks-for-others-data',
    reason: 'asks for the data of other customers',
    weight: 'doubtful',
    patterns: [
      /\b(?:dump|export|print|output|list|leak|extract|download|display|show me) (?:me )?(?:the |all |your |every |entire |whole |full |of )*(?:customers?|clients?|users?|accounts?)[ -]?(?:table|database|records|list|data|passwords?|pins?|numbers)\b(?! (?:of|for|on|in) (?:my|me|mine|our))/g,
      /\b(?:list|show|dump|print|display|export|name|output) (?:me )?(?:all|every|the names of|all the|all of the|all your|your) (?:other )?(?:customers|clients|account holders|users)\b/g,
      /\b(?:read|show|tell|give|list|print|send)\b[^.!?\n]{0,20}\b(?:balances?|transactions?|statements?|account|accounts|payments|address|phone number|card number|pin|password) (?:of|for|from|belonging to) (?:another|other|a different|someone else|somebody else|any other|some other|every|my (?:neighbou?r|boss|ex|colleague|ex-\w{1,10})|random)\b/g,
      /\b(?:my (?:neighbou?r|boss|ex|colleague|ex-\w{1,10})|another (?:customer|client|person|user)|someone else|somebody else|other (?:customers?|people|clients?))['’]?s?['’]? (?:\w+ )?(?:balances?|transactions?|account (?:balance|number|details)|statements?|card number|pin|password|data|details)\b/g,
      /\b(?:chats?|conversations?|messages|questions|requests) (?:of|from|with|by) (?:the )?(?:other|another|previous|all|different) (?:users?|customers?|clients?|people|persons?)\b/g,
      /\b(?:list|name|enumerate|show|find|give me) (?:me )?(?:all |every |each )(?:the )?(?:customers?|clients?|accounts?|users?|people) (?:with|whose|who|named|called|that)\b/g,
      /\bwhich (?:accounts?|customers?|clients?) (?:have|has|hold|holds|own|owns)\b[^.!?\n]{0,20}\b(?:more than|over|above|at least|the most|the highest|the largest)\b/g,
    ],
  },
];
