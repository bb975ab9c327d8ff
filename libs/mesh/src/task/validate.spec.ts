import { echo, taskCall, toolsOf } from '../../test/task-fixture.js';
import { validate } from './validate.js';

describe('validate', () => {
  const run = (input: unknown, template: Record<string, unknown> = {}, output: unknown = { text: 'out', more: 1 }) => {
    let seen: unknown;
    const step = validate((_, checked) => {
      seen = checked;
      return Promise.resolve({ output, handlerMs: 5 });
    }, toolsOf());
    const signal = new AbortController().signal;
    return step(taskCall({ step: { with: template } }), input, signal).then((result) => ({ ...result, seen }));
  };
  const fieldOf = async (input: unknown, template: Record<string, unknown>) =>
    run(input, template).catch(({ code, field }: { code: string; field: string }) => [code, field]);

  it('passes on what the schemas keep of the input and of the output', async () => {
    expect(await run({ text: 'in', more: 1 })).toEqual({ seen: { text: 'in' }, output: { text: 'out' }, handlerMs: 5 });
  });

  it('names the field of an invalid input as the caller wrote it, if the pipeline passes it through', async () => {
    const invalid = { text: 'a', options: { limit: 'x' } };
    expect(await fieldOf({ text: 1 }, { text: '${input.question}' })).toEqual(['INVALID_ARGUMENT', 'question']);
    expect(await fieldOf(invalid, { options: { limit: '${input.limit}' } })).toEqual(['INVALID_ARGUMENT', 'limit']);
    expect(await fieldOf(invalid, { options: '${input.how}' })).toEqual(['INVALID_ARGUMENT', 'how.limit']);
    expect(await fieldOf({ text: 1 }, { text: '${input.question ?? 5}' })).toEqual(['INVALID_ARGUMENT', 'question']);
  });

  it('says what the field may be, in the words of the caller', async () => {
    await expect(run({ text: 1 }, { text: '${input.question}' })).rejects.toThrow("'question' must be a text.");
  });

  it('names the place in the pipeline of every other invalid input', async () => {
    const invalid = { text: 1 };
    expect(await fieldOf(invalid, { text: '${other.text}' })).toEqual(['INVALID_ARGUMENT', 'steps.first.with.text']);
    expect(await fieldOf(invalid, { text: 'a ${input.b}' })).toEqual(['INVALID_ARGUMENT', 'steps.first.with.text']);
    expect(await fieldOf(invalid, { text: '${input.a ?? other.b}' })).toEqual([
      'INVALID_ARGUMENT',
      'steps.first.with.text',
    ]);
    expect(await fieldOf(invalid, {})).toEqual(['INVALID_ARGUMENT', 'steps.first.with.text']);
  });

  it('throws an error of the service for an invalid output', async () => {
    const failure: unknown = await run({ text: 'a' }, {}, { text: 1 }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(failure).not.toHaveProperty('code');
    expect(failure).toHaveProperty('message', expect.stringContaining(`${echo.name}.output.text: `));
  });
});
