import type { Span } from '@llmos/contracts';

/** A quotation of at least two words, in the quotation marks of many languages. */
const QUOTE =
  /"[^"\n]{2,600}"|“[^”“\n]{2,600}[”“]|„[^“”"\n]{2,600}[“”"]|«[^»\n]{2,600}»|»[^«\n]{2,600}«|‘[^’\n]{2,600}’|(?<![\p{L}\p{N}])'[^\n']{2,300}(?:'\p{L}{1,3}\b[^\n']{0,200}){0,3}'(?!\p{L})|「[^」\n]{2,600}」|『[^』\n]{2,600}』/gu;

/** Says that the words beside it are those of somebody else. English first, then other languages. */
const SAYS = new RegExp(
  [
    '\\b(?:said|says|saying|states|stated|stating|wrote|writes|written|reads|reading|claims|claimed|told|tells|telling|asked|asks|asking|texted|texting|emailed|posted|fell for|shows|showed|headed|titled|begins|began|answered|mentions|(?:the|these|those|with) (?:words?|lines?|phrase|sentence|subject|remark|text|headline|note)|last line|subject|(?:people|customers|somebody|someone) (?:type|typed|say|write)|typ(?:ed|es|ing)|(?:the|this|an?|for) example|scammers? \\w+|fraudsters? \\w+|(?:what|meaning) (?:does|do|of|is meant by)|means?|called|read out)\\b',
    '\\b(?:an?|the|this|my|his|her|their)\\s(?:[\\w-]{1,20}\\s){0,2}(?:note|message|sms|mail|e-?mail|letter|pop-?up|page|website|site|app|contract|headline)\\b',
    '\\b(?:received|receiving|(?:i|we|just) (?:just )?(?:got|get|receive)|got (?:an?|this|the)|(?:send|sends|sent|sending|forwarded) (?:me|us|him|her|my)|was sent|displayed|displays|fwd|quote|quoting|something (?:your|the|a|my) \\w+ would|(?:real|genuine) or (?:fake|a fake|false|a scam))\\b',
    '\\b(?:is|was|it|this|that|a)\\b[^.!?]{0,12}\\b(?:scam|phishing|fraud|spam|hoax|fake|genuine)\\b|\\b(?:scam|phishing|fraud|spam|fake|real|genuine)\\?',
    'sagte|schrieb|schreibt|stand|steht|hei[sß]+t|lautete|behauptet|meinte|hie[sß]+|bekommen|bekam|erhalten|erhielt|geschickt|betrug',
    'disait|disant|a dit|dit que|ecrit|écrit|affirme|indique|re[çc]u|envoy[ée]|arnaque',
    'dec[ií]a|dice|dijo|dijeron|escribi[oó]|pone|pon[ií]a|recib[ií]|lleg[oó]|estafa',
    'diceva|ha detto|scritto|dizia|disse|escrito|zei|zegt|schreef|staat|ricevuto|truffa|receb[ie]|\\bdiz\\b|golpe|kreeg|ontving|ontvangen|gekregen',
    'написано|сказал|пишут|пишет|говорит|написал|было|пришло|пришел|прислал|получил|мошенник',
    '说|說|写着|寫著|写道|叫我|让我|收到|看到|意思|诈骗|詐騙',
    '言われ|書いて|書かれ|とあり|という|と言|届き|意味|届い|詐欺',
    '말했|적혀|써 있|라고|라는|뜻|받았|사기',
  ].join('|'),
  'iu',
);
const BEFORE_CHARS = 80;
const AFTER_CHARS = 40;

/** Somebody else who wants something of the speaker, up to what they want. */
const WANTS =
  /\b(?:someone|somebody|(?:the|a|an|some|my|this|that|our|his|her) (?:[\w-]{1,20} ){0,2}(?:man|woman|guy|person|caller|callers|scammer|fraudster|stranger|seller|buyer|email|e-mail|mail|sms|text|message|letter|voice|website|site|page|pop-?up|recruiter|company|bank|boss|friend|son|daughter|mother|father|husband|wife|colleague|clerk|agent|app|link|video|post|note|contract|landlord|tenant)|they|he|she|i (?:was|am|got|have been|'ve been)|we were) (?:[\w'-]{1,20} ){0,3}?(?:told|asked|asks|tells|wants|wanted|instructed|convinced|urged|wrote|said|says|claims|claimed|texted|emailed|called|advised|requested|begged|pressured|forced|persuaded|telling|asking)(?: (?:me|us|him|her|them|my [\w-]{1,20}|that|it|you))?,? (?:(?:that )?(?:i|we|he|she) (?:should|must|have to|had to|need to)|not to|to)\b[^.!?\n]{0,300}/giu;

const VICTIM = '(?:me|us|him|her|them|my [\\w-]{1,20})';

/** What the speaker, or someone close, was made to do: "I was told by a caller to …", "they had me turn off …". */
const MADE_TO = [
  new RegExp(
    `\\b(?:i was|i am|i'm|i've been|i have been|we were|(?:my|our) [\\w-]{1,20} (?:was|got|is|has been)) (?:being )?(?:told|asked|instructed|ordered|pressured|urged|tricked|talked|forced|persuaded|convinced|bullied)(?: by [^.,!?\\n]{2,40}?)? (?:to|into)\\b[^.!?\\n]{0,300}`,
    'giu',
  ),
  new RegExp(
    `\\b(?:he|she|they|someone|somebody|(?:the|a|an|some) (?:[\\w-]{1,20} ){0,2}[\\w-]{2,20}) (?:(?:just|nearly|then|even) )?(?:made|had|ordered|orders|needs?|needed|tricked|pressured|talked|bullied|pushed|got) ${VICTIM} (?:(?:to|into) )?[^.!?\\n]{0,300}`,
    'giu',
  ),
  /\b(?:it|(?:the|a|an|this|that) (?:[\w-]{1,20} ){0,2}(?:page|screen|window|site|message|mail|e-?mail|sms|text|letter|post|note|voice)) (?:said|says|popped up),? [^.!?\n]{0,300}/giu,
  /\b(?:demands?|demanded|demanding|insists?|insisted|insisting) that (?:i|we|he|she|my [\w-]{1,20})\b[^.!?\n]{0,300}/giu,
  /\b(?:call|voice ?mail|message|text|sms|e-?mail|letter|post|pop-?up)\b[^.!?\n:]{0,30},? asking (?:me |us )?to\b[^.!?\n]{0,300}/giu,
];

/** Whoever it was: "… and ordered me to …". */
const ORDERED =
  /\b(?<!\b(?:you|i) )(?:told|tells|asked|asks|ordered|orders|instructed|urged|wants|wanted|begged|forced|tricked|persuaded|convinced) (?:me|us|him|her|them|(?:my|our|his|her) [\w-]{1,20}) (?:not )?to\b[^.!?\n]{0,300}/giu;

/** What somebody wanted of the speaker, in other languages; English has the patterns above. */
const ORDERED_ELSEWHERE = [
  /(?<!\p{L}|\bich )(?:verlangte?|forderte?|wollte|bat mich|befahl|(?:hat|haben) (?:mir|uns|mich) [^.!?\n]{0,40}?(?:geschrieben|gesagt|gebeten|aufgefordert|befohlen))\b,?[^.!?\n]{0,20}?\b(?:ich|wir|dass|zu)\b[^.!?\n]{0,300}/giu,
  /(?<!\p{L})(?:me|nos) (?:pidi(?:ó|o|eron)|dij(?:o|eron)|dicen?|orden(?:ó|o|aron)|exigi(?:ó|o|eron)|pide[n]?|exigen?) (?:que|de)\b[^.!?\n]{0,300}/giu,
  /(?<!\p{L})y dij(?:o|eron) que\b[^.!?\n]{0,300}/giu,
  /(?<!\p{L})(?:m['’](?:a|ont)|nous (?:a|ont)) (?:demand[eé]|dit|ordonn[eé]|[eé]crit|pri[eé])[^.!?\n]{0,30}? (?:de|d['’]|que|qu['’])[^.!?\n]{0,300}/giu,
  /(?<!\p{L})(?:мне|меня|нам) (?:(?!ты|вы|теб|вас|чтоб)[^.!?\n]){0,40}?(?:велел|сказал|приказал|попросил|прос[ия]т|требу|написал)\p{L}*[^.!?\n]{0,300}/giu,
  /(?<=(?:有人|骗子|对方|电话|客服|朋友|同事|陌生人|他们|他|她)[^。！？，\n]{0,8}?)(?:叫|让|要|要求|教|请)我[^。！？，\n]{1,100}/gu,
  /[^。！？\n]{2,100}(?:と言われ|よう(?:に)?(?:頼まれ|言われ|指示され)|と指示され|と命じられ)[^。！？\n]{0,20}/gu,
];

/** What somebody said, without quotation marks: "the letter says: …". */
const COLON =
  /(?<=\b(?:said|says|reads?|read out loud|states|wrote|writes|told me|dictated|displayed|(?:kept|keeps) flashing|went like|popped up|(?:got|received) this|the (?:line|words|text|subject)|received|(?:i|we) (?:just )?(?:got|received)|(?:text|sms|message|e-?mail|mail|letter|whatsapp) from (?:\+?\d|an? |some|unknown|my ))[^.!?:\n"'“]{0,30}: ?)[^\s.!?\n"'“][^.!?\n"'“]{0,300}|(?<=\b(?:with the words|kept (?:on )?(?:repeating|saying|shouting)) )[^.,!?:\n"'“]{1,300}/giu;

/**
 * A text without what it reports of others: quotations beside a word such as "said", and what somebody told the speaker
 * to do. Undefined if it reports nothing. What is left is the speaker's own: an order in it is meant for the reader.
 */
export function withoutReports(text: string): string | undefined {
  const patterns = [WANTS, ...MADE_TO, ORDERED, ...ORDERED_ELSEWHERE, COLON];
  const reports = [...quotationsOf(text), ...patterns.flatMap((pattern) => spansOf(text, pattern))].sort(
    (a, b) => a.start - b.start,
  );
  if (reports.length === 0) return undefined;
  let own = '';
  let from = 0;
  for (const { start, end } of reports) {
    if (start >= from) own += `${text.slice(from, start)}…`;
    from = Math.max(from, end);
  }
  return own + text.slice(from);
}

/** The quotations that the words around them call somebody else's. */
function quotationsOf(text: string): Span[] {
  return spansOf(text, QUOTE).filter(({ start, end }) => {
    const around = `${text.slice(Math.max(0, start - BEFORE_CHARS), start)} … ${text.slice(end, end + AFTER_CHARS)}`;
    return SAYS.test(around);
  });
}

function spansOf(text: string, pattern: RegExp): Span[] {
  return [...text.matchAll(pattern)].map((match) => ({ start: match.index, end: match.index + match[0].length }));
}
