const RATED = String.raw`(?=$|\s*[.!?,;:–-]|\s+(?:for|from me|would|wouldn't|service|rating|review|experience|bank|app|stars?)\b)`;
/** `One star`, `1-star service`, at the beginning of a text. */
const STARS = new RegExp(String.raw`^\s*(?:only |just )?([0-3]|zero|no|one|two|three)[ -]stars?${RATED}`, 'iu');
/** `2/10`, `1 out of 5`, at the beginning of a text. */
const POINTS = new RegExp(String.raw`^\s*(\d{1,2})\s?(?:/|out of)\s?(5|10)${RATED}`, 'iu');
const MIDDLING: ReadonlySet<string> = new Set(['3', 'three']);

/** Phrases that mean the opposite of their words. */
const PHRASES: readonly (readonly [phrase: RegExp, plain: string])[] = [
  [/(?<=^|\b(?:is|was|are|were|be|been|seems?|seemed|feels?|felt) )anything but (?=\p{L})/giu, 'not at all '],
  [/\bnothing (?:could|can) be better\b(?! than)/giu, 'it is perfect'],
  [
    /\b(?:I )?(?:would not|wouldn['’]?t) (?:call (?:it|this|that)|say (?:it|this|that)(?: is| was|['’]s))(?= \p{L})/giu,
    'it is not',
  ],
  [/\b(?:can(?:not|['’]?t)|could ?n['’]?t) get enough of\b/giu, 'love'],
  [/\bnever (?:going|go) back to (?:my|the) (?:old|previous|former|last)\b/giu, 'much happier than with my old'],
  [/\bin no time\b/giu, 'very quickly'],
  [/\b(?:stole|steals?|stealing|stolen) from (me|us)\b/giu, 'robbed $1 of all money'],
  [/\bcould (?:be|do|have been|have done) (?:much |a lot |so much )?better\b(?! than)/giu, 'is not good enough'],
  [/\bneeds? (?:some |much |a lot of )?improvement\b/giu, 'is not good enough'],
  [/\bsecond to none\b/giu, 'the best'],
  [/\beasy peasy\b/giu, 'very easy'],
  [/\b(?:go|goes|went|gone|going) out of (?:their|his|her|its|your) way to\b/giu, 'kindly made every effort to'],
  [/\bgr8\b/giu, 'great'],
  [/\bluv\b/giu, 'love'],
  [/\b(can|don|won|doesn|didn|isn|wasn|couldn)t(?= \p{L})/giu, "$1't"],
  [/\b(?:ffs|smh)\b/giu, 'annoying:'],
  [/\b(?:can't|can’t|cannot|can not) recommend (\p{L}+(?: \p{L}+)?) (?:highly )?enough\b/giu, 'strongly recommend $1'],
  [/\bnothing but (?=trouble|problems?|issues|hassle|lies|errors|excuses|delays)/giu, 'only '],
  [
    /(?: (?:has|have|had)|(?<=\p{L})['’](?:ve|s|d)) never (\p{L}+) (?:this|so) (well|fast|quickly|smoothly|easily|badly|poorly|slowly)\b/giu,
    ' now $1 very $2',
  ],
  [/\b(?:has |have |had )?never waited (?:this|so|that) long\b/giu, 'waited far too long'],
  [
    /\b(fees|prices|costs|charges|queues) (?:have|had) never been (?:this|so|that) (high|long)\b/giu,
    '$1 are far too $2',
  ],
  [/\bused to be (?=\p{L})/giu, 'is no longer '],
  [/\b(?:took|takes|taking) forever\b/giu, 'is much too slow'],
  [/\bhats off\b/giu, 'bravo'],
  [/\bgood luck (?=(?:reaching|getting|finding|trying|contacting|calling)\b)/giu, 'no chance of '],
  [/^\s*so much for\b/giu, 'what a failure of'],
  [
    /^\s*(?:oh |just )?(?:great|wonderful|fantastic|brilliant|perfect|lovely|super|nice)[,.!… ]+(?=(?:yet )?another (?:\p{L}+ )?(?:outage|error|crash|delay|failure|fee|charge|problem|bug|queue|strike|update)\b)/giu,
    'annoying, ',
  ],
];

/** A text as a sentiment model can read it: a low rating and phrases that mean the opposite of their words are said plainly. */
export function inPlainWords(text: string): string {
  const rated = text
    .replace(STARS, (_, stars: string) => (MIDDLING.has(stars.toLowerCase()) ? 'mediocre' : 'terrible'))
    .replace(POINTS, (_, points: string, of: string) => wordFor(Number(points) / Number(of)));
  return PHRASES.reduce((plain, [phrase, words]) => plain.replace(phrase, words), rated);
}

function wordFor(share: number): string {
  if (share <= 0.4) return 'terrible';
  return share >= 0.8 ? 'excellent' : 'mediocre';
}
