const WORD = "[\\p{L}][\\p{L}'’.-]{0,30}";
const NAME = "\\p{Lu}[\\p{L}'’.-]{0,30}";
const EDGE = '(?<![\\p{L}\\p{N}])';
/** "12", "12b", "412-2", "77 hs", "210 A", "123-B", "5-II" */
const NUMBER_BEHIND =
  '\\d{1,5}(?:[-/]\\d{1,4})?(?:[ -]?[a-zA-Z]|[ -](?:I{2,3}|IV)|-(?:hs|bis)| hs| bis)?(?![\\p{L}\\p{N}])';
const NUMBER_BEFORE = '\\d{1,5}(?: ?(?:bis|ter|[a-z]))?,?';
/** Kinds of street that people also write in lower case. */
const COMMON_KINDS =
  'street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|square|sq|terrace|close|crescent|grove|gardens|parkway|pkwy|highway|hwy|row|mews';
const RARE_KINDS =
  'pl|way|alley|circle|trail|hill|walk|plaza|loop|run|quay|mall|esplanade|parade|crossing|view|ridge|junction|point|glen|heights|turnpike|pike|expressway|freeway|green|park|path|meadow|meadows|manor|station|island|isle|spring|springs|village|ville|vista|valley|union|track|tunnel|throughway|summit|stravenue|stream|squares|shore|shores|rapids|ranch|ramp|radial|port|ports|pines|passage|orchard|oval|overpass|motorway|mountain|mount|mission|mill|mills|locks|lodge|lights|light|lakes|lake|knolls|knoll|keys|key|inlet|hollow|haven|harbor|harbors|groves|greens|glens|gateway|garden|forks|fork|forges|forge|forest|fords|ford|flats|flat|fields|field|ferry|falls|fall|extensions|extension|estates|estate|divide|dam|dale|curve|creek|cove|course|corners|corner|common|cliffs|cliff|centers|center|causeway|canyon|camp|bypass|burgs|burg|brooks|brook|bridge|bottom|bluffs|bluff|bend|beach|bayou|arcade|annex';
/** No part of a street's name in lower case: "12 hours later in the park". */
const FUNCTION_WORDS =
  '(?:the|a|an|my|your|our|his|her|in|on|at|to|from|for|and|or|is|was|are|it|i|you|we|they|per|with|of|hours?|days?|weeks?|months?|years?|minutes?|times?|people|percent|dollars|euros|pounds|quid|bucks|miles|km|items?|more|new|other|different)';
const COMPOUND =
  'stra(?:ß|ss)e|str\\.|weg|platz|allee|gasse|ufer|damm|straat|laan|gracht|plein|kade|dijk|dreef|singel|gatan|vägen|väg|vej|gade|gata|vegen|katu|intie|antie|entie|ontie|äntie|utca|ulica|stræde|veien|ringen|steig';
const SEPARATE =
  'Stra(?:ß|ss)e|Str\\.|Weg|Platz|Allee|Gasse|Ufer|Damm|Ring|Steig|Straat|Laan|Gracht|Plein|Kade|Dijk|Singel|Gatan|Gade|Gata|Markt|gate|gata|väg|vei|plads|plass|torg';
/** "Unter den Linden 77, 10117 Berlin": with the postcode only, because of "im Jahr 2024". */
const PREPOSITION = '(?:Am|Im|Zum|Zur|(?:An|Auf|In|Unter|Vor|Hinter) (?:der|dem|den))';
const FRENCH = 'rue|avenue|boulevard|chemin|place|quai|impasse|all[ée]e|route|cours|rang|mont[ée]e|sentier';
const ROMANCE = 'rue|chemin|quai|impasse|allée|allee|sentier|calle|avenida|c/|viale|piazza|corso|rua|travessa';
/** Words of English too: with capitals only, because of "via SEPA 2 days ago" and "place an order for 20". */
const ROMANCE_WITH_CAPITALS =
  "(?:Via|Place|Plaza|Avenue|Boulevard|Route|Cours|Rang|Mont[ée]e|Paseo|Largo) (?:(?:d[aeiu]|de[lis]|dell[ae]|du|la|le|les|los|las) |[dl][’']){0,3}";

/** What has a number and is no street. */
const NO_STREET =
  '(?:Room|Chapter|Page|Section|Order|Item|Flight|Gate|Seat|Row|Table|Figure|Line|Step|Level|Lot|Part|Case|Invoice|Ticket|Version|Act|Article|Clause|Windows|January|February|March|April|May|June|July|August|September|October|November|December)';

/** One way to write a street with its number. */
export interface StreetForm {
  readonly kind: string;
  /** A cheap test that is true wherever the pattern can match. */
  readonly hint: RegExp;
  readonly pattern: RegExp;
  readonly confidence: number;
}

/** "221B Baker Street", "12 rue de la Paix", "Musterstraße 5": the number and the kind of street are required. */
export const STREET_FORMS: readonly StreetForm[] = [
  {
    kind: 'english-street',
    hint: /\d[A-Za-z]? \p{Lu}|\d [NSEW1-9]/u,
    confidence: 0.9,
    pattern: new RegExp(
      `(?<![\\p{L}\\p{N}.,-])\\d{1,6}[A-Za-z]?(?:[-/]\\d{1,5})? (?:(?:${NAME}|\\d{1,3}(?:st|nd|rd|th)|of|the|de|la) ){1,4}(?:${inAnyCase(`${COMMON_KINDS}|${RARE_KINDS}`)})(?![\\p{L}\\p{N}])\\.?`,
      'gu',
    ),
  },
  {
    kind: 'english-street-in-lower-case',
    hint: /\d[a-z]? \p{L}/iu,
    confidence: 0.85,
    pattern: new RegExp(
      `(?<![\\p{L}\\p{N}.,-])\\d{1,6}[a-z]?(?:[-/]\\d{1,5})? (?:(?!${FUNCTION_WORDS} )${WORD} ){1,3}(?:${COMMON_KINDS})(?![\\p{L}\\p{N}])\\.?`,
      'giu',
    ),
  },
  {
    kind: 'romance-street',
    hint: /\p{L},? ?\d/u,
    confidence: 0.9,
    pattern: new RegExp(
      `${EDGE}(?:\\d{1,5}(?: ?(?:bis|ter))?,? )?(?:(?:${inAnyCase(ROMANCE)}) (?:${WORD} ){0,4}${WORD}|${ROMANCE_WITH_CAPITALS}${NAME}(?: ${NAME}){0,3}),? ?\\d{1,5}(?![\\p{L}\\p{N}]|[ -]?\\d)`,
      'gu',
    ),
  },
  {
    kind: 'french-street',
    hint: new RegExp(`\\d,? (?:\\w{1,3},? )?(?:${FRENCH})`, 'iu'),
    confidence: 0.9,
    pattern: new RegExp(
      `${EDGE}${NUMBER_BEFORE} (?:${FRENCH}) (?:(?:de|du|des|la|le|les|l|${WORD}) ){0,3}${WORD}`,
      'giu',
    ),
  },
  {
    kind: 'compound-street',
    hint: new RegExp(`(?:${COMPOUND}) \\d`, 'iu'),
    confidence: 0.88,
    pattern: new RegExp(`${EDGE}(?:${NAME} ){0,2}[\\p{L}.'’-]{2,30}(?:${inAnyCase(COMPOUND)}) ${NUMBER_BEHIND}`, 'gu'),
  },
  {
    kind: 'separate-street',
    hint: new RegExp(`(?:${SEPARATE}|van|de[nmr]?|[AI]m|Zu[mr]) `, 'u'),
    confidence: 0.88,
    pattern: new RegExp(
      `${EDGE}(?:(?:${NAME} ){1,2}(?:${SEPARATE})|(?:${SEPARATE}) (?:van|von|der|den|de|am|zum) (?:(?:der|den|de) )?${NAME}|${PREPOSITION} ${NAME}(?= ${NUMBER_BEHIND}, \\d{5} )) ${NUMBER_BEHIND}`,
      'gu',
    ),
  },
  {
    // "Damrak 1B, 1012 LG Amsterdam": any name before a Dutch postcode and its town; not "Room 12, 2024 EU Meeting"
    kind: 'dutch-street',
    hint: /\d{4} ?[A-Z]{2} \p{Lu}/u,
    confidence: 0.9,
    pattern: new RegExp(`${EDGE}(?:${NAME} ){1,3}${NUMBER_BEHIND}(?=, ?(?!19|20[0-3])\\d{4} ?[A-Z]{2} \\p{Lu})`, 'gu'),
  },
  {
    // "Lange Reihe 22, 20099 Hamburg": any name before a postcode of five digits and its town; not "Room 12, 20250 Items"
    kind: 'named-street',
    hint: /\d, \d{5} \p{Lu}/u,
    confidence: 0.85,
    pattern: new RegExp(
      `${EDGE}(?!${NO_STREET} )${NAME}(?: (?!${NO_STREET} )${NAME}){0,2} \\d{1,4}[a-z]?(?=, ?\\d{5} \\p{Lu}\\p{Ll}{2,})`,
      'gu',
    ),
  },
  {
    kind: 'slavic-street',
    hint: /(?:ul\.|ulica|al\.|os\.|pl\.) /i,
    confidence: 0.88,
    pattern: new RegExp(
      `${EDGE}(?:ul\\.|ulica|al\\.|os\\.|pl\\.) (?:${WORD} ){1,3}\\d{1,5}[a-z]?(?:/\\d{1,4})?`,
      'giu',
    ),
  },
  {
    kind: 'hungarian-street',
    hint: /(?:u\.|utca|út) \d/i,
    confidence: 0.85,
    pattern: new RegExp(`${EDGE}(?:\\d{1,5} )?(?:${WORD} ){1,3}(?:u\\.|utca|út) \\d{1,5}`, 'giu'),
  },
  {
    kind: 'military',
    hint: /[dfa]po a/i,
    confidence: 0.95,
    pattern:
      /(?<![\p{L}\p{N}])(?:(?:unit|psc|cmr) \d{1,5},? box \d{1,5}|uss \p{L}{2,20})[,\n ]{1,3}(?:dpo|apo|fpo) a[aep] \d{5}/giu,
  },
  {
    // "52 Stubben 149, Suite 947", with any kind of street
    kind: 'with-unit',
    hint: /(?:apt|apartment|suite|unit|flat)\.? ?#?\d/i,
    confidence: 0.88,
    pattern: new RegExp(
      `(?<![\\p{L}\\p{N}.,-])\\d{1,6}[a-z]?,? (?:\\d{1,5},? )?(?:${WORD} ){0,5}(?:${WORD}|\\d{1,5}[a-z]?)[,\\n >]{1,4}(?:apt|apartment|suite|unit|flat)\\.? ?#?\\d{1,5}`,
      'giu',
    ),
  },
  {
    kind: 'po-box',
    hint: /box|postfach|postbus|apartado|boite/i,
    confidence: 0.9,
    pattern: /(?<![\p{L}\p{N}])(?:p\.? ?o\.? ?box|postfach|postbus|apartado|bo[iî]te postale) \d{1,7}/giu,
  },
];

/** "street" → "[Ss][Tt][Rr]…": the rest of the pattern tells upper case from lower case. */
function inAnyCase(source: string): string {
  return source.replace(/(?<!\\)\p{L}/gu, (letter) =>
    letter === 'ß' ? letter : `[${letter.toLowerCase()}${letter.toUpperCase()}]`,
  );
}
