/** The attributes of an event are at its beginning, or it has to do without. */
const MAX_CHARS = 16_384;
const TOKEN = /"(?:[^"\\]|\\.){0,2048}"|[{}[\]:,]/gs;

/** The member `id` of an object whose JSON cannot be parsed, if it has one at its first level that is a text. */
export function idInBrokenJson(body: Buffer): string | undefined {
  const tokens = [...body.toString('utf8', 0, MAX_CHARS).matchAll(TOKEN)].map(([token]) => token);
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    if (/[{[]/.test(token) && token.length === 1) depth++;
    else if (/[}\]]/.test(token) && token.length === 1) depth--;
    const isMember = depth === 1 && tokens[0] === '{' && tokens[at + 1] === ':';
    if (isMember && token === '"id"') return textOf(tokens[at + 2] ?? '');
  }
  return undefined;
}

function textOf(token: string): string | undefined {
  try {
    const value: unknown = JSON.parse(token);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}
