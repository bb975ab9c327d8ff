import type { Entity } from '@llmos/contracts/capabilities/analysis';
import { LlmosError } from '@llmos/contracts';

export type EntityType = Entity['type'];

/** One way of saying a relation, as a regular expression over a sentence with marked entities. */
export interface RelationPattern {
  readonly matcher: RegExp;
}

/** The marks that stand for the two entities in question; every other entity is `‹type›`. */
export const SUBJECT_MARK = '‹S›';
export const OBJECT_MARK = '‹O›';
export const markOf = (type: EntityType): string => `‹${type}›`;

/** Names before or after the one in question: `Ada, Bob and ‹S›`. */
const LIST = '(?:‹\\w+› (?:, and|, or|,|and|or|&) )*';
const LIST_AFTER = '(?: (?:, and|,|and|or|&) ‹\\w+›)*';
/** What is put in about a name: `, the well-known engineer ,` or `( 38 )`. */
const ASIDE = '(?: , [^‹›,.;:]+ ,| \\( [^()‹›]{1,60}\\))?';
const WORD = '[^\\s‹›,.;:()]+';

/**
 * Compiles one pattern of the relations file. Beside plain words it may hold `{subject}` and `{object}` (once each),
 * `(a|b)` choices, `[words]` that may be missing, `~N` for up to N words of any kind, and `*` as the end of any word.
 *
 * @throws LlmosError INVALID_ARGUMENT saying what is wrong with the pattern.
 */
export function compilePattern(source: string): RelationPattern {
  const tokens = source.match(/\{\w+\}|~\d+|[()[\]|,]|[^\s()[\]|,{}~]+/g) ?? [];
  if (
    tokens.filter((token) => token === '{subject}').length !== 1 ||
    tokens.filter((t) => t === '{object}').length !== 1
  )
    throw invalid(source, 'needs {subject} and {object} once each');
  const first = source.indexOf('{subject}') < source.indexOf('{object}') ? '{subject}' : '{object}';
  try {
    const body = tokens.map((token) => pieceOf(token, first)).join('');
    return { matcher: new RegExp(`${body}(?= |$)`, 'u') };
  } catch (cause) {
    throw invalid(source, 'its brackets do not fit', cause);
  }
}

/** Each piece brings the space before it, so that a missing one takes its space along: a sentence begins with a space. */
function pieceOf(token: string, first: string): string {
  if (token === '(') return '(?:';
  if (token === ')' || token === '|') return token;
  if (token === '[') return '(?:';
  if (token === ']') return ')?';
  if (token.startsWith('~')) return `(?: ${WORD}){0,${Math.min(12, Number(token.slice(1)))}}`;
  const mark = token === '{subject}' ? SUBJECT_MARK : token === '{object}' ? OBJECT_MARK : undefined;
  if (mark) return token === first ? ` ${mark}${LIST_AFTER}${ASIDE}` : ` ${LIST}${mark}`;
  return ` ${token.replace(/[.+?^$\\{}]/g, '\\$&').replace(/\*$/, "[\\p{L}'’]*")}`;
}

function invalid(source: string, why: string, cause?: unknown): LlmosError {
  return new LlmosError('INVALID_ARGUMENT', `The relation pattern '${source}' cannot be used: ${why}.`, { cause });
}
