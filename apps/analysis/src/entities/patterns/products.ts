import type { FoundValue } from './found-value.js';

/** A model: letters with digits (`S23`, `X1`, `4090`, `XM5`), alone or followed by a word such as `Ultra` or `Pro`. */
const MODEL = String.raw`(?:[A-Z]{0,4}-?\d{1,4}[A-Za-z]{0,3}\d{0,2})`;
const TAIL = String.raw`(?:\s(?:Pro|Max|Plus|Ultra|Mini|Lite|Air|SE|XL|Edition|Series\s\w{1,3})(?!\w))*`;
const NAMED_MODEL = new RegExp(
  String.raw`(?<![\p{L}\d])((?:(?:[A-Z][A-Za-z]+|[a-z][A-Z][A-Za-z]+)[ -]){1,2})${MODEL}${TAIL}(?![\p{L}\d])`,
  'gu',
);
/** Brand names with an inner capital: `iPhone`, `PlayStation`, `MacBook`. */
const CAMEL = new RegExp(
  String.raw`(?<![\p{L}\d@.])(?:[ie](?:Phone|Pad|Pod|Mac|Watch|Reader|Book)|[A-Z][a-z]{2,9}(?:Book|Pad|Pods?|Phone|Station|Watch|Drive|Cam|Box|Tab))${TAIL}(?![\p{L}\d@])`,
  'gu',
);
const BOUGHT =
  /\b(?:bought|buy|buying|ordered|order|purchased|returned|return|using|own)\s+(?:(?:a|an|the|my|your|this|two|new|one)\s+){0,3}["“'‘]([^"”'’\n]{2,60})["”'’]/giu;
/** Capitalised words before a number that is not a model. */
const NO_MODEL =
  /^(?:I|My|Your|Our|His|Her|Their|This|That|These|In|On|At|The|A|An|By|Of|To|For|From|Since|Until|After|Before|And|Or|But|About|Over|Under|Nearly|Only|Just|Around|Page|Pages|Chapter|Section|Room|Gate|Flight|Line|Order|Step|Day|Week|Year|Age|Aged|Part|Volume|Act|Grade|Level|Season|Episode|Unit|Floor|Highway|Route|Street|Road|Ticket|Invoice|No|Number|Question|Figure|Table|Top|Jan\w*|Feb\w*|Mar\w*|Apr\w*|May|June?|July?|Aug\w*|Sep\w*|Oct\w*|Nov\w*|Dec\w*|Mon\w*|Tue\w*|Wed\w*|Thu\w*|Fri\w*|Sat\w*|Sun\w*)$/i;
const YEAR = /[ -](?:1[5-9]|20)\d\d$/;

/** Products by the form of their names: with a model number, an inner capital, or in quotes after a verb of buying. */
export function findProducts(text: string): FoundValue[] {
  const found: FoundValue[] = [];
  for (const match of text.matchAll(NAMED_MODEL)) {
    const words = match[1]!.trim().split(/[ -]/);
    if (NO_MODEL.test(words.at(-1)!) || YEAR.test(match[0])) continue;
    const skipped = words.length === 2 && NO_MODEL.test(words[0]!) ? words[0]!.length + 1 : 0;
    found.push(at(match.index + skipped, match.index + match[0].length, 0.4));
  }
  for (const match of text.matchAll(CAMEL)) found.push(at(match.index, match.index + match[0].length, 0.4));
  for (const match of text.matchAll(BOUGHT)) {
    const start = match.index + match[0].length - match[1]!.length - 1;
    found.push(at(start, start + match[1]!.length, 0.4));
  }
  return found;
}

function at(start: number, end: number, confidence: number): FoundValue {
  return { type: 'product', start, end, confidence };
}
