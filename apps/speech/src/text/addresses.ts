import { numberWords } from './numbers.js';

const EMAIL = /\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b/g;
const URL =
  /\b(?:https?:\/\/|www\.)[^\s,;)>\]]+|\b[a-z\d-]+(?:\.[a-z\d-]+)*\.(?:com|org|net|co\.uk|uk|eu|io|app|de)\b(?:\/[\w/-]*)?/gi;
/** Ends of names that are said by letters; `com` and `org` are words. */
const SPELT = new Set(['uk', 'eu', 'io', 'de', 'us', 'fr']);
const SIGNS: Readonly<Record<string, string>> = {
  ...{ '.': 'dot', '@': 'at', '/': 'slash', '-': 'dash', _: 'underscore', '+': 'plus', ':': 'colon', '?': '', '#': '' },
};

/** `help@example.com` is `help at example dot com`. The `https://` and `www.` of an address are not said. */
export function sayAddresses(text: string): string {
  return text
    .replace(EMAIL, (address) => sayAddress(address))
    .replace(URL, (address) => {
      const end = /[.!?]+$/.exec(address)?.[0] ?? '';
      const bare = address
        .slice(0, address.length - end.length)
        .replace(/^https?:\/\//i, '')
        .replace(/^www\./i, '');
      return sayAddress(bare.replace(/\/$/, '')) + end;
    });
}

function sayAddress(address: string): string {
  const parts = address.match(/[a-z]+|\d+|[^a-z\d]/gi) ?? [];
  const words = parts.map((part) => {
    if (/^\d+$/.test(part)) return numberWords(part);
    if (SPELT.has(part.toLowerCase())) return [...part.toUpperCase()].join(' ');
    return SIGNS[part] ?? part.toLowerCase();
  });
  return words.filter((word) => word !== '').join(' ');
}
