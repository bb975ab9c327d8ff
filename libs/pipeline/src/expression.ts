/**
 * The language of `when:` and `${…}`: paths (`input.text`, `transcript.segments.0.text`), literals (`'text'`, `1.5`,
 * `true`, `null`), `??`, `==`, `!=`, `!`, `&&`, `||` and parentheses. It has no calls, assignments or loops. The value
 * of a path that does not exist is undefined, never an error.
 */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null }
  | { readonly kind: 'path'; readonly path: readonly string[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: '??' | '==' | '!=' | '&&' | '||'; readonly left: Expression; readonly right: Expression };

/** The values that an expression reads: input of the run, outputs of earlier steps, greeting of the pipeline. */
export interface Scope {
  readonly input: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly pipeline?: { readonly greeting?: string | undefined };
}

export class ExpressionError extends Error {}

const TOKEN =
  /\s*(?:(\?\?|==|!=|&&|\|\||[!()])|'([^']*)'|(-?\d+(?:\.\d+)?)|([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_]+)*))/y;

interface Token {
  readonly operator?: string;
  readonly literal?: string | number | boolean | null;
  readonly path?: readonly string[];
}

const WORDS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < end) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new ExpressionError(`'${text}' is not an expression: unexpected '${text.slice(at).trim()}'`);
    const [, operator, quoted, number, word] = match;
    if (operator !== undefined) tokens.push({ operator });
    else if (quoted !== undefined) tokens.push({ literal: quoted });
    else if (number !== undefined) tokens.push({ literal: Number(number) });
    else if (word !== undefined && word in WORDS) tokens.push({ literal: WORDS[word]! });
    else tokens.push({ path: word!.split('.') });
  }
  return tokens;
}

/** Lowest precedence first. */
const LEVELS: readonly (readonly ('??' | '==' | '!=' | '&&' | '||')[])[] = [['||'], ['&&'], ['==', '!='], ['??']];

/** @throws ExpressionError naming the unexpected part. */
export function parseExpression(text: string): Expression {
  const tokens = tokenize(text);
  let at = 0;

  function binary(level: number): Expression {
    const operators = LEVELS[level];
    if (!operators) return unary();
    let left = binary(level + 1);
    for (;;) {
      const kind = operators.find((operator) => tokens[at]?.operator === operator);
      if (!kind) return left;
      at++;
      left = { kind, left, right: binary(level + 1) };
    }
  }

  function unary(): Expression {
    const token = tokens[at++];
    if (token?.operator === '!') return { kind: 'not', of: unary() };
    if (token?.operator === '(') {
      const inner = binary(0);
      if (tokens[at++]?.operator !== ')') throw new ExpressionError(`'${text}' has no closing parenthesis`);
      return inner;
    }
    if (token?.literal !== undefined) return { kind: 'literal', value: token.literal };
    if (token?.path) return { kind: 'path', path: token.path };
    throw new ExpressionError(`'${text}' is not a complete expression`);
  }

  const expression = binary(0);
  if (at < tokens.length) throw new ExpressionError(`'${text}' has more than one expression`);
  return expression;
}

export function evaluate(expression: Expression, scope: Scope): unknown {
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'path':
      return lookUp(expression.path, scope);
    case 'not':
      return !evaluate(expression.of, scope);
    case '??':
      return evaluate(expression.left, scope) ?? evaluate(expression.right, scope);
    case '==':
      return evaluate(expression.left, scope) === evaluate(expression.right, scope);
    case '!=':
      return evaluate(expression.left, scope) !== evaluate(expression.right, scope);
    case '&&':
      return evaluate(expression.left, scope) && evaluate(expression.right, scope);
    case '||':
      return evaluate(expression.left, scope) || evaluate(expression.right, scope);
  }
}

function lookUp(path: readonly string[], scope: Scope): unknown {
  if (path[0] === 'pipeline') return path[1] === 'greeting' && path.length === 2 ? scope.pipeline?.greeting : undefined;
  let value: unknown = path[0] === 'input' ? scope.input : scope.outputs;
  for (const key of path[0] === 'input' ? path.slice(1) : path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

/** The paths that an expression reads. */
export function pathsOf(expression: Expression): readonly (readonly string[])[] {
  switch (expression.kind) {
    case 'literal':
      return [];
    case 'path':
      return [expression.path];
    case 'not':
      return pathsOf(expression.of);
    default:
      return [...pathsOf(expression.left), ...pathsOf(expression.right)];
  }
}
