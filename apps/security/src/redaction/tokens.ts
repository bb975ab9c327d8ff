import { findPii, personalDataTypes, type KnownPerson, type PersonalData, type PersonalDataType } from '@llmos/privacy';

/** A finding, and the token that replaces it. */
export interface TokenisedFinding extends Pick<PersonalData, 'start' | 'end' | 'type' | 'confidence'> {
  readonly token: string;
}

export interface Tokenised {
  readonly texts: readonly string[];
  readonly findings: readonly (readonly TokenisedFinding[])[];
  /** The original value of each token. */
  readonly values: ReadonlyMap<string, string>;
}

const TOKEN = new RegExp(`\\[(?:${personalDataTypes.join('|').toUpperCase()})_\\d{1,9}\\]`, 'g');

/**
 * Replaces personal data by tokens such as `[EMAIL_1]`. The same value gets the same token in all texts, and tokens
 * that a text contains already are not used, so that {@link detokenise} returns exactly the original.
 *
 * @param persons persons that another step has found, for each text.
 */
export function tokenise(
  texts: readonly string[],
  types?: readonly PersonalDataType[],
  persons: readonly (readonly KnownPerson[])[] = [],
): Tokenised {
  const taken = new Set(texts.flatMap((text) => text.match(TOKEN) ?? []));
  const tokens = new Map<string, string>();
  const values = new Map<string, string>();
  const counts = new Map<PersonalDataType, number>();
  const tokenOf = (type: PersonalDataType, value: string): string => {
    const key = `${type} ${value}`;
    const known = tokens.get(key);
    if (known !== undefined) return known;
    const token = nextToken(type, counts, taken);
    tokens.set(key, token);
    values.set(token, value);
    return token;
  };
  const done = texts.map((text, at) => replaceFindings(text, findPii(text, types, persons[at]), tokenOf));
  return { texts: done.map(({ text }) => text), findings: done.map(({ findings }) => findings), values };
}

/** Restores values in one pass: values that look like tokens and unknown tokens stay as they are. */
export function detokenise(text: string, values: ReadonlyMap<string, string>): string {
  return text.replace(TOKEN, (token) => values.get(token) ?? token);
}

function nextToken(type: PersonalDataType, counts: Map<PersonalDataType, number>, taken: ReadonlySet<string>): string {
  for (;;) {
    const count = (counts.get(type) ?? 0) + 1;
    counts.set(type, count);
    const token = `[${type.toUpperCase()}_${count}]`;
    if (!taken.has(token)) return token;
  }
}

function replaceFindings(
  text: string,
  found: readonly PersonalData[],
  tokenOf: (type: PersonalDataType, value: string) => string,
): { text: string; findings: TokenisedFinding[] } {
  const parts: string[] = [];
  let from = 0;
  const findings = found.map(({ start, end, type, confidence }) => {
    const token = tokenOf(type, text.slice(start, end));
    parts.push(text.slice(from, start), token);
    from = end;
    return { start, end, type, confidence, token };
  });
  return { text: parts.join('') + text.slice(from), findings };
}
