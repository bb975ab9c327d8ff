import type { PersonalData } from './finding.js';
import { SPOKEN_GROUP } from './spoken-digits.js';

const WRITTEN =
  /(?<![\p{L}\p{N}._%+'-])[\p{L}\p{N}][\p{L}\p{N}._%+'-]{0,63}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62})\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}])/gu;

/** "@" as it is said, or written against robots. */
const AT = '(?: at | ?(?:[([{<]at[)\\]}>]|-at-|@) ?)';
const DOT = '(?: dot | ?(?:[([{<]dot[)\\]}>]|-dot-) ?|\\.| \\. )';
const JOINER = '(?: (?:dot|point|underscore|dash|hyphen|minus|plus) | ?(?:\\(dot\\)|\\[dot\\]) ?)';
const TOKEN = "[\\p{L}\\p{N}][\\p{L}\\p{N}._+'-]{0,40}(?: as in \\p{L}{2,12})?";
const SPELLED = '(?:\\p{L} ){2,20}\\p{L}';
const DIGITS = `(?: (?:${SPOKEN_GROUP}|\\d{1,6})){0,6}`;
/** After "my email is" the words before "at" are one name: "sarah jane at hotmail dot com". */
const NAMED = "(?<=mail(?: address)?(?:'s|’s| is|:) )\\p{L}{1,20}(?: \\p{L}{1,20}){1,3}";
const LOCAL = `(?:${NAMED}|${SPELLED}|${TOKEN})(?:${JOINER}${TOKEN}){0,5}${DIGITS}`;
const LABEL = '[\\p{L}\\p{N}][\\p{L}\\p{N}-]{0,32}(?: (?:dash|hyphen) [\\p{L}\\p{N}]{1,32})?(?: mail)?';
const TOP_LEVEL = '(?:com|org|net|edu|gov|info|biz|name|online|shop|store|app|dev|email|mail|bank|[a-z]{2})';
const DOMAIN = `(?:${LABEL}${DOT}){1,3}${TOP_LEVEL}`;
const SPOKEN = new RegExp(
  `(?<![\\p{L}\\p{N}._'-])(?<local>${LOCAL})(?<at>${AT})(?<domain>${DOMAIN})(?![\\p{L}\\p{N}]|\\.\\p{L})`,
  'giu',
);

/** Where people have mailboxes rather than shops. */
const MAIL_PROVIDER =
  /^(?:g ?mail|google ?mail|yahoo|ymail|hot ?mail|outlook|live|msn|i ?cloud|me|mac|aol|proton ?mail|proton|pm|gmx|web|mail|yandex|qq|163|zoho|fast ?mail|hey|tutanota|posteo|orange|wanadoo|free|laposte|libero|virgilio|bt ?internet|sky|t-online|rediff ?mail|seznam|wp|o2|btinternet|comcast|verizon|att|sbcglobal)\b/i;
const INTRODUCED =
  /(?:\b(?:e-?mails?|mail|address|login|user ?name|inbox|mailbox|cc|write to|write me|reach me)\b[^.!?\n]{0,15}|\b(?:contact|send (?:it|this|that|them)? ?to)[ :])$/i;
/** What stands before "at" and is no mailbox: "log in at", "my account at", "paid 50 at". */
const NO_MAILBOX =
  /^(?:\d+|it|in|on|this|that|them|me|us|you|is|was|are|be|look|buy|bought|paid|pay|shop|shopped|order|ordered|account|log|online|store|website|site|support|here|there|now|up|out|email|mail|address|not|or|and|for|about|only|just|cost|costs|spent|spend|got|get|sold|saw|see|found|used|charged)(?: |$)/i;

/** E-mail addresses: written, said ("jane dot doe at example dot com") and hidden from robots ("jane[at]example[dot]com"). */
export function findEmails(text: string): PersonalData[] {
  const written = [...text.matchAll(WRITTEN)].map(({ 0: { length }, index }) => email(index, length, 0.99));
  const spoken = [...text.matchAll(SPOKEN)]
    .filter((match) => isMailbox(match, text))
    .map(({ 0: { length }, index }) => email(index, length, 0.9));
  return [...written, ...spoken];
}

/** "I bought it at amazon dot com" names a web site. */
function isMailbox({ index, groups }: RegExpExecArray, text: string): boolean {
  const { local = '', at = '', domain = '' } = groups ?? {};
  if (/[^ at]/i.test(at)) return true;
  if (NO_MAILBOX.test(local)) return false;
  return (
    /[._+\d ]/.test(local) || MAIL_PROVIDER.test(domain) || INTRODUCED.test(text.slice(Math.max(0, index - 30), index))
  );
}

function email(start: number, length: number, confidence: number): PersonalData {
  const kind = confidence > 0.95 ? 'email' : 'spoken-email';
  return { start, end: start + length, type: 'email', confidence, kind };
}
