import type { Language } from './language.js';

const PERSON =
  '\\b(?:he|she|they|someone|somebody|(?:my|her|his) (?:husband|wife|partner|ex|boyfriend|girlfriend|father|mother|dad|mum|mom|son|daughter|brother|sister|flatmate|carer))';

const BODY = `(?:${PERSON}|\\b(?:the|our|my|a) (?:baby|child|kid|guest|patient|customer|passenger|man|woman|boy|girl|lady))`;
/** Not of a case that is only thought of. */
const NO_CASE = '(?<!\\b(?:if|when|whether|in case)\\b[^.!?]{0,60})';

/** Somebody who may harm themselves, or whom somebody harms, or who may be dying. */
const DISTRESS: Readonly<Record<Language, readonly string[]>> = {
  en: [
    "suicid\\w*|(?:kill|hurt|harm)(?:ing)? myself|(?:end|take|taking|ending) my (?:own )?life(?! (?:savings?|insurance|cover|polic|plan|assurance|membership))|end(?:ing)? it all|\\bi(?:'?m| am)? (?:just |only |really )*(?:want|going) to die",
    'wish (?:that )?i (?:was|were) dead|better off (?:dead|without me)|no reason to live|nothing (?:left )?to live for|no point (?:in )?(?:living|going on(?: any ?more|(?=\\s*(?:[.,!]|$))))',
    "(?:do not|don'?t) want to (?:be here|live|be alive|go on)(?: any ?more| any longer|(?=\\s*(?:[.,!]|$)))",
    "\\bi (?:really |just )?(?:can ?not|can'?t) go on(?: like this| any ?more| any longer|(?=\\s*(?:[.,!]|$)))",
    `${PERSON}(?: \\S+){0,2} (?:hits?|beats?|hurts?|hurting|hitting|beating|abus(?:es|ed|ing)|punch(?:es|ed)) me\\b(?! (?:with|for|back)\\b)|abusive (?:partner|husband|wife|relationship|boyfriend|girlfriend|ex)|domestic (?:abuse|violence)`,
    '(?:scared|afraid|frightened|terrified) of (?:him|her|my (?:husband|wife|partner|ex|boyfriend|girlfriend|father|son))',
    "(?:husband|wife|partner|boyfriend|girlfriend|he|she) (?:controls?|(?:won'?t|will not|does(?: not|n'?t)) let me (?:have|use|see|access|touch)) (?:all )?(?:of )?(?:my|our) (?:own )?(?:money|cards?|accounts?|finances|wages)",
    `${NO_CASE}(?:(?:is|are|'s|was|and|lying|lies|went|fell|knocked|found (?:him|her|them)) unconscious|${BODY}(?:'s|(?: is| are| has| have|'s)? ?(?:not|n'?t|stopped|just stopped)) breathing|${BODY}(?:'s| is| are) (?:choking|drowning(?! in)|having a (?:heart attack|stroke(?! of)|seizure))|${BODY}(?: has| have)?(?: just)? collapsed)`,
    "(?<!\\bso [^.!?]{1,30})\\b(?:i|he|she) (?:can ?not|can'?t|can (?:hardly|barely)|could (?:hardly|barely)) breathe",
    "\\bi(?:'?m| am) having a (?:heart attack|stroke(?! of))(?! (?:over|at|about|because|from|when))|(?:taken|took|had) an overdose",
    '(?:tent|house|flat|room|kitchen|car|van|boat|cabin|building|battery|charger|oven|dryer|machine|phone|laptop) (?:is on|has caught|just caught|caught) fire(?!-)',
  ],
  de: [
    '(?:will|werde|möchte|könnte) mich (?:\\p{L}+ )?umbringen|mich umzubringen|bring[e]? mich um|suizid\\p{L}*|selbstmord\\p{L}*|nicht mehr leben|das leben nehmen|schlägt mich|(?:ist|liegt) bewusstlos|atmet nicht(?: mehr)?|angst vor (?:ihm|ihr|meinem mann)',
  ],
  fr: [
    'suicid\\p{L}*|(?:veux|vais|voudrais|envie de) me tuer|plus envie de vivre|veux (?:plus vivre|mourir)|mettre fin à mes jours|(?:est|semble) inconsciente?|ne respire (?:plus|pas)|(?:il|elle|mari|femme|compagne?|copain|copine|père|mère|ex) me (?:frappe|bat)',
  ],
  es: [
    'suicid\\p{L}*|matarme|no quiero (?:seguir )?(?:viviendo|vivir)|quitarme la vida|quiero morir(?:me)?|(?:está|quedó) inconsciente|no respira|(?:él|ella|marido|mujer|esposo|esposa|pareja|novio|novia|padre|madre|ex) me (?:pega|maltrata)',
  ],
  it: [
    'suicid\\p{L}*|uccidermi|ammazzarmi|non voglio più vivere|togliermi la vita|voglio morire|(?:è|ha perso) (?:svenut[oa]|incosciente|conoscenza)|non respira|mi picchia|(?:lui|lei|marito|moglie|compagno|compagna|fidanzato|fidanzata|padre|madre|ex) mi maltratta',
  ],
  pt: [
    'suic[ií]d\\p{L}*|me matar|não quero mais viver|tirar a (?:minha )?vida|quero morrer|está inconsciente|não (?:está a respirar|respira)|(?:ele|ela|marido|esposa|namorado|namorada|companheiro|companheira|pai|mãe|ex) me (?:bate|agride)',
  ],
  nl: [
    'zelfmoord\\p{L}*|suïcid\\p{L}*|niet meer leven|mezelf (?:van kant|iets aandoen|doden)|wil dood|is bewusteloos|ademt niet(?: meer)?|slaat (?:me|mij)',
  ],
  zh: [
    '自杀|不想活|活不下去|想死|家暴|昏迷|没有呼吸|(?:他|她|老公|老婆|丈夫|妻子|爸爸|妈妈)(?:总是|经常|又)?打我(?!电话|手机|的)',
  ],
};

/** Theft and fraud, in the languages whose questions are not answered: the reply then says where help is. */
const ALARM: Readonly<Record<Exclude<Language, 'en'>, string>> = {
  de: 'gestohlen|geklaut|bestohlen|betrogen|betrüger|betrug|gehackt|überfallen|notfall|abgezockt',
  fr: 'volée?s?|volé|arnaqu\\p{L}*|fraude|escro\\p{L}*|pirat\\p{L}*|agressée?|urgence',
  es: 'robad[oa]s?|robaron|robo|estaf\\p{L}*|fraude|hacke\\p{L}*|atraca\\p{L}*|emergencia',
  it: 'rubat[oaie]|rubano|truff\\p{L}*|frode|hackerat[oa]|rapinat[oa]|emergenza',
  pt: 'roubad[oa]s?|roubaram|furtad[oa]|golpe|fraude|hackead[oa]|assaltad[oa]|emergência|burla',
  nl: 'gestolen|opgelicht|oplicht\\p{L}*|fraude|gehackt|beroofd|noodgeval',
  zh: '被盗|被偷|诈骗|被骗|盗刷|偷了|抢|紧急',
};

const languages = Object.keys(DISTRESS) as Language[];
const DISTRESSED = languages.map((language) => ({ language, words: wordsIn(language, DISTRESS[language]) }));

/** The language in which a message tells of harm that no document helps with; undefined for any other message. */
export function distressIn(text: string): Language | undefined {
  const plain = text.normalize('NFC').replace(/[’‘`´]/gu, "'");
  return DISTRESSED.find(({ words }) => words.test(plain))?.language;
}

/** Whether a message in a language that is not answered tells of theft or fraud. */
export function isAlarm(text: string, language: Exclude<Language, 'en'>): boolean {
  return wordsIn(language, [ALARM[language]]).test(text.normalize('NFC'));
}

function wordsIn(language: Language, patterns: readonly string[]): RegExp {
  const words = patterns.join('|');
  return language === 'zh' ? new RegExp(words, 'u') : new RegExp(`(?<!\\p{L})(?:${words})(?!\\p{L})`, 'iu');
}
