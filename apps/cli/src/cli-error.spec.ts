import { ClientError } from '@llmos/client';
import { LlmosError } from '@llmos/contracts';
import { CliError, explain, isExpected } from './cli-error.js';

describe('explain', () => {
  it('names the setting that helps when a key lacks the role', () => {
    const message = "FORBIDDEN: The pipeline 'train_recommender' needs a key with the role 'operator'.";
    expect(explain(new ClientError('FORBIDDEN', message))).toBe(
      `${message} → set LLMOS_API_KEY to a key with the role that is needed`,
    );
  });

  it('names the command that helps when no gateway answers', () => {
    expect(explain(new ClientError('UNREACHABLE', 'No gateway answers at http://127.0.0.1:1'))).toBe(
      'No gateway answers at http://127.0.0.1:1 → run `npm start`, or `npx llmos up`',
    );
  });

  it('appends the hint of an error that has one', () => {
    expect(explain(new CliError('It failed', 'try again'))).toBe('It failed → try again');
    expect(explain(new CliError('It failed'))).toBe('It failed');
  });
});

describe('isExpected', () => {
  it('distinguishes failures that a user can act on from bugs', () => {
    const systemError = Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'open' });
    for (const error of [new CliError('x'), new LlmosError('NOT_FOUND', 'x'), new ClientError('x', 'x'), systemError])
      expect(isExpected(error)).toBe(true);
    expect(isExpected(new TypeError('x is not a function'))).toBe(false);
  });
});
