import { LlmosError, pipelineSchema } from '@llmos/contracts';
import fc from 'fast-check';
import { checkInput } from './input.js';

const pipeline = pipelineSchema.parse({
  name: 'p',
  version: 1,
  input: {
    text: { type: 'string', maxLength: 20 },
    audio: { type: 'bytes', maxBytes: 9, contentType: 'audio_type' },
    audio_type: { type: 'string' },
    user_id: { type: 'id' },
    n: { type: 'number' },
    yes: { type: 'boolean' },
    doc: { type: 'json' },
    reply: { type: 'string', values: ['text', 'audio'] },
  },
  steps: [{ id: 's', uses: 'a.b' }],
  result: '',
});
const refused = (raw: Record<string, unknown>) => {
  try {
    checkInput(pipeline, raw);
  } catch (error) {
    if (error instanceof LlmosError) return [error.code, error.field];
    throw error;
  }
  return undefined;
};

describe('checkInput', () => {
  it('accepts only the texts that a field lists, and names them', () => {
    expect(checkInput(pipeline, { reply: 'audio' })).toEqual({ reply: 'audio' });
    expect(refused({ reply: 'mp3' })).toEqual(['INVALID_ARGUMENT', 'reply']);
    expect(() => checkInput(pipeline, { reply: 'mp3' })).toThrow('must be one of: text, audio');
  });

  it('accepts the inputs of the pipeline', () => {
    const input = { text: 'Grüße, 你好 👍\n', n: 1.5, yes: false, doc: { a: [1] } };
    expect(checkInput(pipeline, input)).toEqual(input);
    expect(checkInput(pipeline, { audio: 'UklGRg==' })).toEqual({ audio: Buffer.from('RIFF') });
    expect(checkInput(pipeline, { text: null })).toEqual({});
  });

  it('takes whole numbers as ids', () => {
    for (const [sent, id] of [
      ['u-7', 'u-7'],
      [' u-7 ', 'u-7'],
      [7, '7'],
      [0, '0'],
    ])
      expect(checkInput(pipeline, { user_id: sent })).toEqual({ user_id: id });
  });

  it('passes on the content type of an upload and of a data URL, unless the caller sets it', () => {
    const audio = Buffer.from('RIFF');
    const upload = Object.assign(Buffer.from('RIFF'), { contentType: 'audio/L16;rate=8000' });
    expect(checkInput(pipeline, { audio: 'data:audio/x-mulaw;rate=8000;base64,UklGRg==' })).toEqual({
      audio,
      audio_type: 'audio/x-mulaw;rate=8000',
    });
    expect(checkInput(pipeline, { audio: 'data:;base64,UklGRg==' })).toEqual({ audio });
    expect(checkInput(pipeline, { audio: upload })).toMatchObject({ audio_type: 'audio/L16;rate=8000' });
    for (const raw of [
      { audio: upload, audio_type: 'audio/wav' },
      { audio_type: 'audio/wav', audio: upload },
    ])
      expect(checkInput(pipeline, raw)).toMatchObject({ audio_type: 'audio/wav' });
  });

  it('takes vertical tabs and form feeds for white space', () => {
    expect(checkInput(pipeline, { text: ' \v a\f' })).toEqual({ text: ' \v a\f' });
  });

  it.each([
    [{ text: '' }, 'INVALID_ARGUMENT', 'text'],
    [{ text: ' \n' }, 'INVALID_ARGUMENT', 'text'],
    [{ text: '\v\f\u00a0' }, 'INVALID_ARGUMENT', 'text'],
    [{ text: 5 }, 'INVALID_ARGUMENT', 'text'],
    [{ text: 'x'.repeat(21) }, 'PAYLOAD_TOO_LARGE', 'text'],
    [{ text: 'a\u0000b' }, 'INVALID_ARGUMENT', 'text'],
    [{ text: 'a\u009bb' }, 'INVALID_ARGUMENT', 'text'],
    [{ text: '\ud800' }, 'INVALID_ARGUMENT', 'text'],
    [{ audio: '' }, 'INVALID_ARGUMENT', 'audio'],
    [{ audio: '@@@@' }, 'INVALID_ARGUMENT', 'audio'],
    [{ audio: 'AAAAAAAAAAAAAAAA' }, 'PAYLOAD_TOO_LARGE', 'audio'],
    [{ audio: [1, 2] }, 'INVALID_ARGUMENT', 'audio'],
    [{ user_id: 2 ** 60 }, 'INVALID_ARGUMENT', 'user_id'],
    [{ user_id: 7.5 }, 'INVALID_ARGUMENT', 'user_id'],
    [{ user_id: true }, 'INVALID_ARGUMENT', 'user_id'],
    [{ user_id: ' ' }, 'INVALID_ARGUMENT', 'user_id'],
    [{ user_id: 'x'.repeat(129) }, 'PAYLOAD_TOO_LARGE', 'user_id'],
    [{ n: '1' }, 'INVALID_ARGUMENT', 'n'],
    [{ yes: 1 }, 'INVALID_ARGUMENT', 'yes'],
    [{ txet: 'hi' }, 'INVALID_ARGUMENT', 'txet'],
    [{ text: '\u200b\u2060 \ufeff' }, 'INVALID_ARGUMENT', 'text'],
    [{ text: '\u2800\u3164' }, 'INVALID_ARGUMENT', 'text'],
  ])('refuses %j as %s in %s', (raw, code, field) => expect(refused(raw)).toEqual([code, field]));

  it('either accepts an input or names the field at fault', () => {
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('text', 'audio', 'audio_type', 'user_id', 'n', 'yes', 'doc', 'other'),
          fc.anything(),
        ),
        (raw) => {
          const outcome = refused(raw);
          if (outcome) expect(Object.keys(raw)).toContain(outcome[1]);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
