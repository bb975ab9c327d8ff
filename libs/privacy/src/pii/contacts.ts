import { isIP } from 'node:net';
import type { PersonalData } from './finding.js';

const EMAIL =
  /(?<![\p{L}\p{N}._%+'-])[\p{L}\p{N}][\p{L}\p{N}._%+'-]{0,63}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,62})\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}])/gu;
/** The spoken form: "ada dot lovelace at example dot org". */
const SPOKEN_EMAIL =
  /(?<![\p{L}\p{N}])[\p{L}\p{N}]{1,32}(?: (?:dot|point|underscore|dash|hyphen) [\p{L}\p{N}]{1,32}){0,4} (?:at|\(at\)|\[at\]) (?:[\p{L}\p{N}-]{1,32} (?:dot|\(dot\)|\[dot\]) ){1,3}(?:com|org|net|edu|gov|io|co|uk|de|fr|es|it|nl|info|biz|eu|us|ca|ch|at|be|pl|se|in|br|au)(?![\p{L}\p{N}])/giu;
const IPV4 = /(?<![\p{L}\p{N}.])(?:\d{1,3}\.){3}\d{1,3}(?![\p{L}\p{N}]|\.\d)/gu;
const IPV6 =
  /(?<![\p{L}\p{N}:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:(?<=:)(?:\d{1,3}\.){3}\d{1,3})?(?![\p{L}\p{N}:])/giu;
const VERSION_WORDS = /\b(?:version|release|build|v|section|chapter|clause|firmware)\.? ?$/i;

/** E-mail addresses, written and spoken. */
export function findEmails(text: string): PersonalData[] {
  const written = [...text.matchAll(EMAIL)].map((match) => found(match, 'email', 0.99, 'email'));
  const spoken = [...text.matchAll(SPOKEN_EMAIL)].map((match) => found(match, 'email', 0.9, 'spoken-email'));
  return [...written, ...spoken];
}

/** IPv4 and IPv6 addresses. Numbers that nearby words call versions are ignored. */
export function findIpAddresses(text: string): PersonalData[] {
  const fourth = [...text.matchAll(IPV4)]
    .filter(
      ({ 0: match, index }) => isIP(match) === 4 && !VERSION_WORDS.test(text.slice(Math.max(0, index - 12), index)),
    )
    .map((match) => found(match, 'ip_address', 0.95, 'ipv4'));
  const sixth = [...text.matchAll(IPV6)]
    .filter(([match]) => match.length > 4 && isIP(match) === 6)
    .map((match) => found(match, 'ip_address', 0.95, 'ipv6'));
  return [...fourth, ...sixth];
}

function found(match: RegExpExecArray, type: PersonalData['type'], confidence: number, kind: string): PersonalData {
  return { start: match.index, end: match.index + match[0].length, type, confidence, kind };
}
