import { z } from 'zod';

type RawIssue = z.core.$ZodRawIssue;

const TYPES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  date: 'a date',
  Uint8Array: 'bytes',
};
const SIZES: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ['character', 'characters'],
  array: ['item', 'items'],
  set: ['item', 'items'],
  map: ['entry', 'entries'],
  record: ['entry', 'entries'],
  file: ['byte', 'bytes'],
};
const FORMATS: Readonly<Record<string, string>> = {
  base64: 'base64',
  base64url: 'base64url',
  url: 'an address such as https://example.org',
  email: 'an e-mail address',
  datetime: 'a time such as 2026-01-31T08:00:00Z',
  date: 'a date such as 2026-01-31',
  uuid: 'a UUID',
};

/** What is wrong with a value, to be read after the name of its field: "must be at most 500". */
function describe(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type': {
      const wanted = `must be ${TYPES[issue.expected] ?? issue.expected}`;
      return issue.input === undefined ? `is missing; it ${wanted}` : wanted;
    }
    case 'invalid_value':
      return `must be ${issue.values.length > 1 ? 'one of: ' : ''}${issue.values.map(String).join(', ')}`;
    case 'too_small':
      return limit(issue.origin, issue.minimum, issue.inclusive === false ? 'more than' : 'at least', issue.exact);
    case 'too_big':
      return limit(issue.origin, issue.maximum, issue.inclusive === false ? 'less than' : 'at most', issue.exact);
    case 'invalid_format':
      return issue.format === 'regex'
        ? `must have the form ${String(issue.pattern)}`
        : `must be ${FORMATS[issue.format] ?? issue.format}`;
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'unrecognized_keys':
      return `must not have ${issue.keys.map((key) => `'${key}'`).join(', ')}`;
    case 'invalid_union':
      return 'must have one of the documented forms';
    default:
      return 'must have another value';
  }
}

function limit(origin: string, value: number | bigint, bound: string, isExact: boolean | undefined): string {
  const unit = SIZES[origin]?.[Number(value) === 1 ? 0 : 1];
  const amount = `${isExact ? 'exactly' : bound} ${value}`;
  return unit === undefined ? `must be ${amount}` : `must have ${amount} ${unit}`;
}

// The words of all schemas that state none of their own.
z.config({ localeError: describe });

/** The path of the value at fault. For an object with an unknown member it is that of the member. */
export function pathOf(issue: z.core.$ZodIssue): PropertyKey[] {
  return issue.code === 'unrecognized_keys' ? [...issue.path, ...issue.keys.slice(0, 1)] : issue.path;
}

const OWN_WORDS = /^(?:must |is missing; it must )/u;

/** The sentence for the caller who sent an invalid value: it names the field, and what the field may be. */
export function describeIssue({ message, path }: z.core.$ZodIssue, field = path.map(String).join('.')): string {
  if (!OWN_WORDS.test(message)) return message;
  return `${field === '' ? 'The body' : `'${field}'`} ${message}.`;
}
