/** Postcodes with letters, which identify a street or a house: Britain, Canada, Ireland. */
const BRITISH = '(?:GIR ?0AA|[A-PR-UWYZ](?:[A-HK-Y]?\\d{1,2}|[A-HK-Y]?\\d[A-Z]) ?\\d[ABD-HJLNP-UW-Z]{2})';
const CANADIAN = '[ABCEGHJ-NPRSTVXY]\\d[ABCEGHJ-NPRSTV-Z][ -]?\\d[ABCEGHJ-NPRSTV-Z]\\d';
const IRISH = '(?:[AC-FHKNPRTV-Y]\\d{2}|D6W) ?[0-9AC-FHKNPRTV-Y]{4}';

/** The source of a pattern for a postcode with letters; in upper case, or in any case with the flag `i`. */
export const LETTERED_POSTCODE = `(?:${BRITISH}|${CANADIAN}|${IRISH})(?![\\p{L}\\p{N}])`;
/** Behind a town or a state: "TX 78741-0110", "VIC 3000", "400 001". */
export const POSTCODE_BEHIND_TOWN =
  '(?:\\d{5}(?:-\\d{3,4})?|\\d{3} ?\\d{3}|\\d{4}(?:-\\d{3})?)(?![\\p{L}\\p{N}]|[.,]\\d)';
/** Before a town: "1016 JB", "D-55116", "00-590", "111 51", "4000-123". */
export const POSTCODE_BEFORE_TOWN =
  '(?:[A-Z]{1,2}-)?(?:\\d{4} ?[A-Z]{2}(?= )|\\d{2}-\\d{3}|\\d{3} \\d{2}|\\d{4}-\\d{3}|\\d{4,6})';
