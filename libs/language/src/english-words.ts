/**
 * Words that are common in English messages. A short text is English if half of its words are in this list: `ok`,
 * `lol` or `No` are too short for an n-gram detector. Words that are also common in other languages (`die`, `in`,
 * `no`, `me`) count only together with others.
 */
const WORDS = `
a about above after again ago all almost already also always am amazing an and any anyone anything are around asap ask
at available awesome awful back bad balance be beautiful because been before being best better bill book boring both
bought brilliant broken brother but buy by bye call came can cancel cannot can't card change charge charged cheap
check cheers city close come company cool cost could couldn't customer damn date day days delay delivered delivery did
didn't disappointed disappointing do does doesn't don't done down dull each early easy email enjoy enjoyed enough even
ever every everything excellent expensive experience fabulous fantastic fast fee feel fine first food for found free
friend friendly from fun funny gave get getting give go goes going gone good goodbye got great had happy hard has
hasn't hate hated have haven't he hello help helpful her here hey hi high him his home hope horrible hot house how
however i i'd i'll i'm i've if impossible impressed in is isn't it it's item its just keep kind know last late later
least leave left less let like lol lost lousy love loved lovely low made mail make many masterpiece maybe mean meh
mediocre might missing mobile money more morning most much must my need never new next nice night no nobody none not
nothing now of off office often oh ok okay old omg on once one only open or order ordered other our out over
overpriced own paid parcel pay payment perfect phone place please pls poor price problem product quality quick quickly
quite rather ready really recommend refund return right rude sad said same saw say see send sent service she shop
should sick simple slow so some someone something sorry speak staff star still stolen stop stupid such sucks super
sure take team terrible than thank thanks that that's the their them then there these they thing think this those
though thought thx time tired to today together told tomorrow tonight too took top transfer tried true try ugly under
until up upset urgent us use used useless very view wait waiting want wanted was wasn't waste watch way we week well
went were what when where which while who why will wish with within without won't wonderful word work worked working
works world worse worst worth would wouldn't wow wrong wtf yeah year years yep yes yesterday yet you your yours
`;

const KNOWN: ReadonlySet<string> = new Set(WORDS.trim().split(/\s+/));

/** Those that other languages write too: alone they do not show that a text is English. */
const SHARED: ReadonlySet<string> = new Set(
  `a all also am an as bar be best better by can come date do done even ever fast fee fine for from get had has hat he
  her here hi him hot if in is it item late let long lost male man me mobile more my no of off ok on open or out over
  own product real sad said same send service she so star still stop super test to transfer under up us war was we week
  well were will worse you`.split(/\s+/),
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
