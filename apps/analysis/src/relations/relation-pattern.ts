import type { Entity } from '@llmos/contracts/capabilities/analysis';
import { LlmosError } from '@llmos/contracts';

export type EntityType = Entity['type'];

/** A regular expression over a sentence with marked entities. */
export interface RelationPattern {
  readonly matcher: RegExp;
}

/** The marks of the two entities in question; every other entity is marked `‹type›`. */
export const SUBJECT_MARK = '‹S›';
export const OBJECT_MARK = '‹O›';
export const markOf = (type: EntityType): string => `‹${type}›`;

/** Other names in a list with the entity: `Ada, Bob and ‹S›`. */
const LIST = '(?:‹\\w+› (?:, and|, or|,|and|or|&) )*';
const LIST_AFTER = '(?: (?:, and|,|and|or|&) ‹\\w+›)*';
/** An apposition, which may have other entities: `, the well-known engineer ,`, `, based in ‹place› ,` or `( 38 )`. */
const ASIDE = '(?: , (?:[^‹›,.;:]|‹(?![SO]›)\\w+›)+ ,| \\( [^()‹›]{1,60}\\))?';
/** What is had from somebody is another thing, `bought a kettle from ‹O›`; what is done by somebody has another subject. */
const WORD = '(?!(?:from|by) )[^\\s‹›,.;:()]+';

/**
 * Compiles one pattern of the relations file. It consists of words, `{subject}` and `{object}` (once each),
 * alternatives `(a|b)`, optional `[words]`, `~N` for up to N arbitrary words, and `*` for the rest of a word.
 *
 * @throws LlmosError INVALID_ARGUMENT if the pattern is malformed.
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
    const expression = tokens.map((token) => expressionOf(token, first)).join('');
    return { matcher: new RegExp(`${expression}(?= |$)`, 'u') };
  } catch (cause) {
    throw invalid(source, 'its brackets do not match', cause);
  }
}

/** Each expression includes the space before its word, so that an optional word is matched with its space. */
function expressionOf(token: string, first: string): string {
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
