import type { PersonalData } from './finding.js';
import { givenNames } from './given-names.js';

const NAME = "\\p{Lu}[\\p{L}'’-]{1,24}";
const FULL = `${NAME}(?: (?:\\p{Lu}\\.|de|del|della|di|da|van|von|der|den|la|le|bin|al|${NAME})){0,3}(?<! (?:de|del|della|di|da|van|von|der|den|la|le|bin|al))`;
const INTRODUCED =
  "(?:[Mm]y (?:full )?name(?: is|'s|:)|I am called|[Tt]his is|[Nn]ame(?: on (?:the )?(?:card|account))?(?: is|:)|[Ss]igned(?: by)?:?|[Cc]all me|[Ff]irst name:?|[Ll]ast name:?|[Ss]urname:?|[Aa]ttn:?|[Cc]ard ?holder:?|[Pp]atient:?|[Uu]ser:|[Cc]ustomer:|[Cc]ontact:)";
const TITLED = '(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Sir|Madam|Herr|Frau|Monsieur|Madame|Mme|Señora?|Signora?|Pan|Pani)';
const GREETED = '(?:Dear|Hi|Hello|Hey|Regards,|Best regards,|Kind regards,|Sincerely,|Cheers,|Yours,|Best,|Thanks,)';

/** Capitalised words that follow a greeting or "this is" and are not names. */
const NOT_NAMES = new Set(
  'I The A An It This That There What Why How When Where Who My Our Your Team All Everyone Everybody Sir Madam Customer Customers Support Service Friends Colleagues Please Thanks Thank Can Could Would Is Are Not Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April June July August September October November December English French German Spanish Bank Card Account'.split(
    ' ',
  ),
);

const PATTERNS: readonly { readonly kind: string; readonly pattern: RegExp; readonly confidence: number }[] = [
  { kind: 'introduced', confidence: 0.9, pattern: new RegExp(`(?<![\\p{L}])${INTRODUCED} (?<name>${FULL})`, 'gu') },
  { kind: 'titled', confidence: 0.9, pattern: new RegExp(`(?<![\\p{L}])${TITLED}\\.? (?<name>${FULL})`, 'gu') },
  {
    kind: 'greeted',
    confidence: 0.8,
    pattern: new RegExp(`(?<![\\p{L}])${GREETED}[ \\n]{1,2}(?<name>${FULL})(?=[,!.:\\n]|$)`, 'gu'),
  },
  {
    kind: 'spoken',
    confidence: 0.75,
    pattern: /(?<![\p{L}])my name is (?<name>\p{Ll}{2,20} \p{Ll}{2,24})(?=[,.!?\n]|$| and )/giu,
  },
];
const CAPITALISED = new RegExp(`(?<![\\p{L}\\p{N}'’.@-])(?<name>${FULL})`, 'gu');

/**
 * Persons by the words around their names and by common given names. Many names are missed without a model: callers
 * that have entities pass them to `findPii`.
 */
export function findPersons(text: string): PersonalData[] {
  const patterned = PATTERNS.flatMap(({ kind, pattern, confidence }) =>
    [...text.matchAll(pattern)].flatMap((match) => nameIn(match, kind, confidence)),
  );
  const known = [...text.matchAll(CAPITALISED)].flatMap((match) => byGivenName(match));
  return [...patterned, ...known];
}

function nameIn(match: RegExpExecArray, kind: string, confidence: number): PersonalData[] {
  const name = match.groups?.['name'] ?? '';
  if (NOT_NAMES.has(name.split(' ')[0] ?? '')) return [];
  const start = match.index + match[0].lastIndexOf(name);
  return [{ start, end: start + name.length, type: 'person', confidence, kind }];
}

/** The words of a capitalised sequence from the first given name on. */
function byGivenName(match: RegExpExecArray): PersonalData[] {
  const words = match[0].split(' ');
  const first = words.findIndex((word) => givenNames.has(word.toLowerCase().replace(/['’]s$/, '')));
  if (first < 0) return [];
  const start = match.index + words.slice(0, first).join(' ').length + (first > 0 ? 1 : 0);
  const end = match.index + match[0].replace(/['’]s$/, '').length;
  return [{ start, end, type: 'person', confidence: words.length - first > 1 ? 0.8 : 0.6, kind: 'given-name' }];
}
