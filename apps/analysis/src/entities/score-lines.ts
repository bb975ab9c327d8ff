import type { Span } from '@llmos/contracts';
import type { FoundName } from './name-tagger.js';

/** The points behind a name, and all short numbers of a line. */
const POINTS = / \d{1,3}(?:\.\d+)?(?= |$)/uy;
const NUMBER = /(?<= )\d{1,3}(?= |$)/gu;
/** A row of a table: played, won, lost, points. */
const NUMBERS_OF_A_ROW = 4;
const CONFIDENCE = 0.6;
/** A national team is the country. */
const COUNTRIES: ReadonlySet<string> = new Set(
  (
    'afghanistan albania algeria andorra angola argentina armenia australia austria azerbaijan bahrain bangladesh ' +
    'barbados belarus belgium bolivia bosnia botswana brazil britain bulgaria cameroon canada chile china colombia ' +
    'croatia cuba cyprus denmark ecuador egypt england estonia ethiopia fiji finland france germany ghana greece ' +
    'hungary iceland india indonesia iran iraq ireland israel italy jamaica japan jordan kazakhstan kenya korea ' +
    'kuwait latvia lebanon liberia libya lithuania luxembourg macedonia malaysia malta mexico moldova morocco ' +
    'mozambique namibia netherlands nigeria norway oman pakistan panama paraguay peru philippines poland portugal ' +
    'qatar romania russia scotland serbia singapore slovakia slovenia spain sweden switzerland syria taiwan tanzania ' +
    'thailand tunisia turkey uganda ukraine uruguay uzbekistan venezuela vietnam wales yemen zambia zimbabwe'
  ).split(' '),
);

/**
 * The names of a sentence; in a line of results (`Leeds 2 Arsenal 1`, `Boston 23 16 7 0.589`) the clubs that are named
 * after their town are organisations, not places.
 */
export function withClubs(text: string, { start, end }: Span, names: readonly FoundName[]): FoundName[] {
  const line = text.slice(start, end);
  const scored = new Set(names.filter((name) => isBeforePoints(line, name.end - start)));
  const isRow = scored.has(names[0]!) && (line.match(NUMBER) ?? []).length >= NUMBERS_OF_A_ROW;
  if (scored.size < 2 && !isRow) return [...names];
  return names.map((name) => {
    const isClub =
      scored.has(name) && name.type === 'place' && !COUNTRIES.has(text.slice(name.start, name.end).toLowerCase());
    return isClub ? { ...name, type: 'organisation', confidence: Math.max(CONFIDENCE, name.confidence) } : name;
  });
}

function isBeforePoints(line: string, at: number): boolean {
  POINTS.lastIndex = at;
  return POINTS.test(line);
}
