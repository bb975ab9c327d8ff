import { parse } from 'yaml';
import { withMarkup } from './plain-text.js';
import { FileFault, titleOf, type FoundDocument } from './source-file.js';

const FRONT_MATTER =
  /^\uFEFF?\s*(?:---[ \t]*\n([\s\S]*?\n)(?:---|\.\.\.)|\+\+\+[ \t]*\n([\s\S]*?\n)\+\+\+)[ \t]*(?:\n|$)/u;
/** `title: Fees: a list` is no YAML, and `title = "Fees"` is TOML: both are read line by line. */
const FIELD = /^(id|title|intents)[ \t]*[:=][ \t]*(\S.*?)[ \t]*$/gmu;
const FIELD_LINE = /^\s*(?:$|#|-\s|[\w-]+\s*:)/u;
const MAX_FRONT_CHARS = 20_000;
const MAX_TITLE_CHARS = 300;
const HEADING = /^\s{0,3}#{1,2}\s+(.{1,300}?)(?:\s+#+)?\s*$/mu;
/** A first line that is no sentence, no question of a list and no item, alone or underlined: the title of a plain text. */
const FIRST_LINE = /^(?!(?:Q|A|\d+)[.:)])([\p{L}\p{N}][^\n]{1,98}[^\s.!:;,])[ \t]*\n(?:(?:=+|-+)[ \t]*\n|[ \t]*\n)/u;

/** Markdown or plain text as a document, with the id, title and intents of its front matter. */
export function articleDocument(content: string, name: string): FoundDocument {
  const front = FRONT_MATTER.exec(content.slice(0, MAX_FRONT_CHARS));
  const fields = front ? frontMatter(front[1] ?? '', front[2]) : {};
  // A text between two rules is no front matter.
  const text = content.slice(fields ? (front?.[0].length ?? 0) : 0).trim();
  if (!/[\p{L}\p{N}]/u.test(text)) throw new FileFault('has no text');
  const { id, title, intents } = fields ?? {};
  const given = typeof title === 'string' && title !== '' ? title : HEADING.exec(text.slice(0, 2_000))?.[1];
  const line = given === undefined ? FIRST_LINE.exec(text) : null;
  return {
    id: typeof id === 'string' || typeof id === 'number' ? String(id) : undefined,
    title: (given ?? line?.[1] ?? titleOf(name)).slice(0, MAX_TITLE_CHARS),
    text: withMarkup(text.slice(line?.[0].length ?? 0)),
    intents: Array.isArray(intents) ? intents.filter((intent) => typeof intent === 'string') : undefined,
  };
}

/** Undefined for a text that has no fields. */
function frontMatter(yaml: string, toml?: string): Readonly<Record<string, unknown>> | undefined {
  if (toml !== undefined) return fieldsOf(toml);
  try {
    const fields: unknown = parse(yaml, { maxAliasCount: 10 });
    if (fields === null) return {};
    return typeof fields === 'object' && !Array.isArray(fields)
      ? (fields as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return yaml.split('\n').every((line) => FIELD_LINE.test(line)) ? fieldsOf(yaml) : undefined;
  }
}

function fieldsOf(lines: string): Readonly<Record<string, unknown>> {
  const fields = [...lines.matchAll(FIELD)].map(([, name, value = '']) => {
    const list = /^\[(.*)\]$/u.exec(value)?.[1]?.split(',').map(unquoted);
    return [name, list ?? unquoted(value)] as const;
  });
  return Object.fromEntries(fields);
}

function unquoted(value: string): string {
  return value.trim().replace(/^(["'])(.*)\1$/u, '$2');
}
