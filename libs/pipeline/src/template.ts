import { toJson } from '@llmos/contracts';
import { evaluate, parseExpression, pathsOf, type Expression, type Scope } from './expression.js';

const PLACEHOLDER = /\$\{([^}]*)\}/g;

const parsed = new Map<string, Expression>();

/** Parses each expression once: pipelines are few, and their expressions are evaluated for every run. */
export function expressionOf(text: string): Expression {
  let expression = parsed.get(text);
  if (!expression) {
    expression = parseExpression(text);
    if (parsed.size > 10_000) parsed.clear();
    parsed.set(text, expression);
  }
  return expression;
}

/**
 * Fills in a value of a pipeline file. `${a.b}` alone becomes the value, and text inside a longer text. Lists and
 * objects are filled in recursively; keys whose value is undefined are omitted.
 */
export function fillIn(template: unknown, scope: Scope): unknown {
  if (typeof template === 'string') return fillInText(template, scope);
  if (Array.isArray(template)) return template.map((item) => fillIn(item, scope));
  if (typeof template === 'object' && template !== null) {
    const filled: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(template)) {
      const result = fillIn(value, scope);
      if (result !== undefined) filled[key] = result;
    }
    return filled;
  }
  return template;
}

function fillInText(template: string, scope: Scope): unknown {
  const whole = /^\$\{([^}]*)\}$/.exec(template);
  if (whole) return evaluate(expressionOf(whole[1]!), scope);
  return template.replace(PLACEHOLDER, (_, text: string) => {
    const value = evaluate(expressionOf(text), scope);
    if (value === undefined || value === null) return '';
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? String(value)
      : toJson(value);
  });
}

/** The paths that a template reads. @throws ExpressionError for an expression that cannot be parsed. */
export function templatePaths(template: unknown): (readonly string[])[] {
  if (typeof template === 'string')
    return [...template.matchAll(PLACEHOLDER)].flatMap((match) => pathsOf(expressionOf(match[1]!)));
  if (Array.isArray(template)) return template.flatMap(templatePaths);
  if (typeof template === 'object' && template !== null) return Object.values(template).flatMap(templatePaths);
  return [];
}
