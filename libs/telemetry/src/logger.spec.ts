import { createLogger } from './logger.js';

function logged(error: unknown): string {
  const lines: string[] = [];
  createLogger({ service: 'test', level: 'info' }, { write: (line) => void lines.push(line) }).error(
    { err: error },
    'x',
  );
  return lines.join('');
}

describe('createLogger', () => {
  it('redacts personal data that an error and its cause quote', () => {
    const cause = new SyntaxError('Unexpected token in {"card":"4111 1111 1111 1111"}');
    const line = logged(new Error('Cannot read the order of ada@example.org', { cause }));
    expect(line).not.toMatch(/4111|ada@/);
    expect(JSON.parse(line)).toMatchObject({
      err: { type: 'Error', message: expect.stringMatching(/\[EMAIL\]/) as string },
    });
  });

  it('keeps network addresses, and accepts values that are not errors', () => {
    expect(logged(new Error('connect ECONNREFUSED 127.0.0.1:4222'))).toContain('127.0.0.1:4222');
    const numbered = Object.assign(new Error('x'), {
      account: 4111111111111111,
      nested: { list: ['ada@example.org', 7] },
    });
    expect(JSON.parse(logged(numbered))).toMatchObject({ err: { nested: { list: ['[EMAIL]', 7] } } });
    expect(JSON.parse(logged('odd'))).toMatchObject({ err: 'odd' });
    expect(JSON.parse(logged(undefined))).toMatchObject({ msg: 'x' });
  });
});
