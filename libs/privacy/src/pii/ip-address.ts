import { isIP } from 'node:net';
import type { PersonalData } from './finding.js';

const IPV4 = /(?<![\p{L}\p{N}.])(?:\d{1,3}\.){3}\d{1,3}(?![\p{L}\p{N}]|\.\d)/gu;
const IPV6 =
  /(?<![\p{L}\p{N}:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?:(?<=:)(?:\d{1,3}\.){3}\d{1,3})?(?![\p{L}\p{N}:])/giu;
/** This machine, and any: of nobody. */
const NOBODY = /^(?:127\.|0\.0\.0\.0$)/;
const VERSION_WORDS = /\b(?:version|release|build|v|section|chapter|clause|firmware)\.? ?$/i;

/** IPv4 and IPv6 addresses. Numbers that nearby words call versions are ignored. */
export function findIpAddresses(text: string): PersonalData[] {
  const fourth = [...text.matchAll(IPV4)]
    .filter(
      ({ 0: match, index }) =>
        isIP(match) === 4 && !NOBODY.test(match) && !VERSION_WORDS.test(text.slice(Math.max(0, index - 12), index)),
    )
    .map((match) => found(match, 'ipv4'));
  const sixth = [...text.matchAll(IPV6)]
    .filter(([match]) => match.length > 4 && isIP(match) === 6)
    .map((match) => found(match, 'ipv6'));
  return [...fourth, ...sixth];
}

function found(match: RegExpExecArray, kind: string): PersonalData {
  return { start: match.index, end: match.index + match[0].length, type: 'ip_address', confidence: 0.95, kind };
}
