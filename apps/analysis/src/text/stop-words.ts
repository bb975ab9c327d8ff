const WORDS = `
a about above across actually after again against ago all almost along already also although always am among an and
another any anyone anything are aren't around as ask asked at away back be became because become been before began
being below between both bring brought but by call called came can can't cannot come could couldn't did didn't do does
doesn't doing don't done down during each either else enough especially even ever every everyone everything except far
few find first for found from further gave get gets getting give given go goes going gone got had hadn't has hasn't
have haven't having he he'd he'll he's held her here hers herself him himself his how however i i'd i'll i'm i've if
in indeed instead into is isn't it it's its itself just keep kept knew know known last later least less let like
likely little long look looked made make makes making many may maybe me mean might mine more most much must my myself
near need needed neither never new next no nobody none nor not nothing now of off often oh ok okay old on once one
only onto or other others our ours ourselves out over own perhaps please put quite rather really s said same saw say
says see seem seemed seems seen sent several shall she she'd she'll she's should shouldn't show showed since so some
somebody someone something sometimes soon still such take taken takes tell than thank thanks that that's the their
theirs them themselves then there there's these they they'd they'll they're they've thing things think this those
though thought through thus till to today told tomorrow too took toward towards tried try two under unless until up
upon us use used using usually very via want wanted wants was wasn't way we we'd we'll we're we've well went were
weren't what whatever when where whether which while who whole whom whose why will with within without won't would
wouldn't yes yesterday yet you you'd you'll you're you've your yours yourself yourselves three four five six
`;

const STOP_WORDS: ReadonlySet<string> = new Set(WORDS.trim().split(/\s+/));

/** Whether a word is a function word, which neither begins nor ends a phrase. */
export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word.toLowerCase().replace('’', "'"));
}
