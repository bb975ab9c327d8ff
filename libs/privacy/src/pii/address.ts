import type { PersonalData } from './finding.js';

const WORD = "[\\p{L}][\\p{L}'’.-]{0,30}";
const ENGLISH_TYPES =
  'street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|place|pl|square|sq|terrace|way|highway|hwy|parkway|pkwy|crescent|close|grove|alley|circle|trail|row|mews|gardens|hill|walk|plaza|loop|run|quay|mall|esplanade|parade|crossing|view|ridge|junction|point|glen|heights|turnpike|pike|expressway|freeway|green|park|path|meadow|meadows|manor|station|island|isle|spring|springs|village|ville|vista|valley|union|track|tunnel|throughway|summit|stravenue|stream|squares|shore|shores|rapids|ranch|ramp|radial|port|ports|pines|passage|orchard|oval|overpass|motorway|mountain|mount|mission|mill|mills|locks|lodge|lights|light|lakes|lake|knolls|knoll|keys|key|inlet|hollow|haven|harbor|harbors|groves|greens|glens|gateway|garden|forks|fork|forges|forge|forest|fords|ford|flats|flat|fields|field|ferry|falls|fall|extensions|extension|estates|estate|divide|dam|dale|curve|creek|cove|course|corners|corner|common|cliffs|cliff|centers|center|causeway|canyon|camp|bypass|burgs|burg|brooks|brook|bridge|branch|bottom|bluffs|bluff|bend|beach|bayou|arcade|annex';
const UNIT = '(?:,? ?(?:apt|apartment|suite|ste|unit|flat|floor|fl|no)\\.? ?#?[\\p{N}\\p{L}-]{1,6})?';
const NEXT_LINE = '(?:[,\\n]{1,2} ?';
const CITY = `${NEXT_LINE}${WORD}(?: ${WORD}){0,2}){0,1}`;
const REGION = '(?:,? [A-Z]{2},? \\d{5}(?:-\\d{4})?|,? [A-Z]{1,2}\\d[A-Z\\d]? ?\\d[A-Z]{2}|,? \\d{4,5})?';

/** "221B Baker Street, London", "12 rue de la Paix", "Musterstraße 5, 10115 Berlin". */
interface Form {
  readonly kind: string;
  /** A cheap test that is true wherever the pattern can match. */
  readonly hint: RegExp;
  readonly pattern: RegExp;
  readonly confidence: number;
}

const FORMS: readonly Form[] = [
  {
    kind: 'english-street',
    hint: /\d[a-z]? \p{L}/iu,
    confidence: 0.9,
    pattern: new RegExp(
      `(?<![\\p{L}\\p{N}.,-])\\d{1,6}[a-z]?(?:[-/]\\d{1,5})? (?:[nsew]\\.? )?(?:${WORD} ){1,4}(?:${ENGLISH_TYPES})\\b\\.?${UNIT}${CITY}${REGION}`,
      'giu',
    ),
  },
  {
    kind: 'romance-street',
    hint: /\p{L},? ?\d/u,
    confidence: 0.9,
    pattern: new RegExp(
      `(?<![\\p{L}\\p{N}])(?:\\d{1,5}(?: ?(?:bis|ter))?,? )?(?:rue|avenue|boulevard|chemin|place|quai|impasse|all[ée]e|calle|avenida|plaza|paseo|c/|via|viale|piazza|corso|rua|travessa|largo) (?:${WORD} ){0,4}${WORD},? ?\\d{1,5}(?![\\p{L}\\p{N}])(?:[,\\n]{1,2} ?\\d{4,5} ${WORD})?`,
      'giu',
    ),
  },
  {
    kind: 'french-street',
    hint: /\d,? (?:\w{3},? )?(?:rue|avenue|boulevard|chemin|place|quai|impasse|all|route|cours)/i,
    confidence: 0.9,
    pattern: new RegExp(
      `(?<![\\p{L}\\p{N}])\\d{1,5}(?: ?(?:bis|ter))?,? (?:rue|avenue|boulevard|chemin|place|quai|impasse|all[ée]e|route|cours) (?:${WORD} ){0,4}${WORD}(?:[,\\n]{1,2} ?\\d{4,5} ${WORD})?`,
      'giu',
    ),
  },
  {
    kind: 'compound-street',
    hint: /(?:e|str\.|weg|platz|gasse|ufer|damm|straat|laan|gracht|plein|dijk|dreef|singel|gatan|vägen|väg|vej|gata|vegen|katu|ulica|veien|ringen|steig|ring|tie|utca) \d/i,
    confidence: 0.88,
    pattern: new RegExp(
      `(?<![\\p{L}\\p{N}])(?:${WORD} ){0,2}[\\p{L}.'’-]{2,30}(?:stra(?:ß|ss)e|str\\.|weg|platz|allee|gasse|ufer|damm|straat|laan|gracht|plein|kade|dijk|dreef|singel|gatan|vägen|väg|vej|gade|gata|vegen|katu|tie|utca|ulica|stræde|veien|ringen|steig|ring) \\d{1,5}[a-z]?(?![\\p{L}\\p{N}])(?:[,\\n]{1,2} ?(?:[A-Z]{1,2}-)?\\d{3,6}(?: ?[A-Z]{2})? ${WORD}(?: ${WORD})?)?`,
      'giu',
    ),
  },
  {
    kind: 'slavic-street',
    hint: /(?:ul\.|ulica|al\.|os\.|pl\.) /i,
    confidence: 0.88,
    pattern: new RegExp(
      `(?<![\\p{L}\\p{N}])(?:ul\\.|ulica|al\\.|os\\.|pl\\.) (?:${WORD} ){1,3}\\d{1,5}[a-z]?(?:/\\d{1,4})?`,
      'giu',
    ),
  },
  {
    kind: 'hungarian-street',
    hint: /(?:u\.|utca|út) \d/i,
    confidence: 0.85,
    pattern: new RegExp(`(?<![\\p{L}\\p{N}])(?:\\d{1,5} )?(?:${WORD} ){1,3}(?:u\\.|utca|út) \\d{1,5}`, 'giu'),
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
      `(?<![\\p{L}\\p{N}.,-])\\d{1,6}[a-z]?,? (?:\\d{1,5},? )?(?:${WORD} ){0,5}(?:${WORD}|\\d{1,5}[a-z]?)[,\\n >]{1,4}(?:apt|apartment|suite|unit|flat)\\.? ?#?\\d{1,5}${CITY}${REGION}`,
      'giu',
    ),
  },
  {
    kind: 'numbered-both-ways',
    hint: /\d \p{Lu}/u,
    confidence: 0.7,
    pattern: new RegExp(
      `(?<![\\p{L}\\p{N}.,-])\\d{1,5} (?:\\p{Lu}[\\p{L}'’.-]{1,30} ){1,3}\\d{1,4}(?=[.,]?(?:\\n|$| [A-Z]))`,
      'gu',
    ),
  },
  {
    kind: 'introduced',
    hint: /address|li?ves? |lived|living|located|reside|office is|ship|deliver|sent?|moved/i,
    confidence: 0.75,
    pattern:
      /(?:address(?: is|:| to)?|(?:live|lives|lived|living|located|resides?|office is) (?:at|in|on)|(?:ship|shipped|deliver|delivered|sent?|moved) (?:it |one |them )?to):?\s{1,3}(?<place>(?:\d{1,6}[a-z]?,? \p{Lu}[^\n?!.;:]{2,50}|\p{Lu}[\p{L}'’ -]{2,40} \d{1,5}[a-z]?)(?:\n ?(?:\p{L}|\d)[^\n?!:]{1,40}){0,3})(?=[\n?!.,;]|$)/gu,
  },
  {
    kind: 'po-box',
    hint: /box|postfach|apartado|boite/i,
    confidence: 0.9,
    pattern: /(?<![\p{L}\p{N}])(?:p\.? ?o\.? ?box|postfach|apartado|boite postale) \d{1,7}/giu,
  },
];
/** "12 hours later in the park" is not an address: names between the number and the type are capitalised. */
const COUNTED =
  /^\d+ (?:hours?|days?|weeks?|months?|years?|minutes?|seconds?|times?|people|percent|dollars|euros|pounds|miles|km|items?|of|in|on|at|to|and|or|for|is|was|are|from|the|more|new|other|different|per)\b/i;

/** Street addresses by their written forms. The number and the kind of street are required. */
export function findAddresses(text: string): PersonalData[] {
  return FORMS.filter(({ hint }) => hint.test(text)).flatMap(({ kind, pattern, confidence }) =>
    [...text.matchAll(pattern)].flatMap((match) => {
      const place = match.groups?.['place'] ?? match[0];
      const start = match.index + match[0].length - place.length;
      if (COUNTED.test(place)) return [];
      return [{ start, end: start + place.trimEnd().length, type: 'address' as const, confidence, kind }];
    }),
  );
}
