/**
 * Words that are common in English messages. A short text is English if half of its words are in this list: `ok`,
 * `lol` or `No` are too short for an n-gram detector. Words that are also common in other languages (`die`, `in`,
 * `no`, `me`) count only together with others.
 */
const WORDS = `
a about above account acquired address after again ago all almost already also always am amazing an and answer any
anyone anything are around asap ask at ate available awesome awful back bad balance be beautiful because been before
being best better bill book boring both bought branch brilliant broken brother but buy by bye call came can can't
cancel cannot card change charge charged cheap check cheers city close closed cold come company cool cost could
couldn't customer damn date day days declined delay delivered delivery did didn't dirty disappointed disappointing do
does doesn't don't done down dry dull each early easy eat email enjoy enjoyed enough even ever every everything
excellent expensive experience fabulous fantastic fast fee feel fine first food for found fraud free friend friendly
from fun funny gave get getting give go goes going gone good goodbye got great had happy hard has hasn't hate hated
have haven't he hear hello help helpful her here hey hi high him his home hope horrible hot house how however i i'd
i'll i'm i've if impossible impressed in is isn't it it's item its just keep kind know last late later least leave
left less let lied like lol lost lousy love loved lovely low made mail make many masterpiece maybe mean mediocre meh
might missing mobile money more morning most much must my need never new next nice night no nobody none not nothing
now of off office often oh ok okay old omg on once one only open or order ordered other our out over overpriced own
paid parcel password pay payment perfect phone place please pls poor price problem product quality quick quickly quite
rather ready really recommend refund return right robbed rude sad said same saw say see sell send sent service she
shoes shop should sick simple slow so sold some someone something sorry speak staff star still stole stolen stop
stupid such sucks super sure take team tell terrible than thank thanks that that's the their them then there these
they thing think this those though thought threw thx tickets time tired to today together told tomorrow tonight too
took top transfer tried true try ugly under until up upset urgent us use used useless very view wait waiting want
wanted was wasn't waste watch way we week well went were what when where which while who whole why will wish with
within without won't wonderful word work worked working works world worse worst worth would wouldn't wow wrong wtf
yeah year years yep yes yesterday yet you your yours
`;

const KNOWN: ReadonlySet<string> = new Set(WORDS.trim().split(/\s+/));

/** Those that other languages write too: alone they do not show that a text is English. */
const SHARED: ReadonlySet<string> = new Set(
  `a account all also am an as bar be best better by can come date do done even ever fast fee fine for from get had has
  hat he her here hi him hot if in is it item late let long lost male man me mobile more my no of off ok on open or
  out over own password product real sad said same send service she so star still stop super test to transfer under
  up us war was we week well were will worse you`.split(/\s+/),
);

export interface EnglishWords {
  /** The share of the words that are common English words. */
  readonly share: number;
  /** The share of the words that are common in English only. */
  readonly ownShare: number;
}

export function englishWordsIn(words: readonly string[]): EnglishWords {
  const known = words.map((word) => word.toLowerCase().replace('’', "'")).filter((word) => KNOWN.has(word));
  const own = known.filter((word) => !SHARED.has(word));
  return { share: known.length / words.length, ownShare: own.length / words.length };
}
