import fc from 'fast-check';
import { evaluate, ExpressionError, parseExpression, pathsOf } from './expression.js';

const scope = {
  input: { text: 'hi', count: 2, empty: '' },
  outputs: { heard: { text: 'hello', parts: [{ end: 1.5 }] }, silent: { text: '' } },
};
const value = (text: string) => evaluate(parseExpression(text), scope);

describe('an expression', () => {
  it.each([
    ['input.text', 'hi'],
    ['heard.parts.0.end', 1.5],
    ['missing.text ?? input.text', 'hi'],
    ["silent.text ?? 'x'", ''],
    ["input.text == 'hi' && input.count != 3", true],
    ['!input.empty', true],
    ["(missing || input.count == 2) && 'yes'", 'yes'],
    ['-1.5', -1.5],
    ['null ?? false', false],
    ['heard.parts.length.x', undefined],
    ['input.constructor', undefined],
    ['heard.__proto__', undefined],
  ])('%s has the value %j', (text, expected) => expect(value(text)).toEqual(expected));

  it.each(['', 'a ??', '(a', 'a b', 'a.b.', "'open", 'f(x)', 'a = b', '1 +2'])('is refused: %j', (text) => {
    expect(() => parseExpression(text)).toThrow(ExpressionError);
  });

  it('is parsed from any text, or refused with an ExpressionError', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (text) => {
        try {
          evaluate(parseExpression(text), scope);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('has the paths that it reads', () => {
    expect(pathsOf(parseExpression('a.b ?? (input.c == 1 && !d)'))).toEqual([['a', 'b'], ['input', 'c'], ['d']]);
  });
});
