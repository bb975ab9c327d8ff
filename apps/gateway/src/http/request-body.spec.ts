import multipart from '@fastify/multipart';
import Fastify, { type FastifyInstance } from 'fastify';
import { LlmosError } from '@llmos/contracts';
import { readFields } from './request-body.js';

const LIMIT = 10_000;
const BOUNDARY = 'between';

describe('readFields, for a form,', () => {
  let fastify: FastifyInstance;

  const part = (name: string, content: string, isFile = true) =>
    `--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"${isFile ? `; filename="${name}"` : ''}\r\n\r\n${content}\r\n`;
  const send = (parts: string[], headers: Record<string, string> = {}) =>
    fastify.inject({
      method: 'POST',
      url: '/',
      headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, ...headers },
      payload: `${parts.join('')}--${BOUNDARY}--\r\n`,
    });

  beforeAll(async () => {
    fastify = Fastify({ bodyLimit: LIMIT });
    await fastify.register(multipart, { limits: { fileSize: LIMIT + 1, files: 4, fields: 32 } });
    fastify.setErrorHandler((error, _, reply) =>
      reply.code(error instanceof LlmosError ? error.httpStatus : 500).send((error as LlmosError).toBody()),
    );
    fastify.post('/', async (request) => {
      const fields = await readFields(request);
      return Object.fromEntries(
        Object.entries(fields).flatMap(([name, value]) => [
          [name, (value as string | Buffer).toString()],
          ...('contentType' in Object(value)
            ? [[`type of ${name}`, (value as { contentType: string }).contentType]]
            : []),
        ]),
      );
    });
  });
  afterAll(() => fastify.close());

  it('returns files and fields that are together within the limit', async () => {
    const sound = 'a'.repeat(4_000);
    const answer = await send([part('one', sound), part('two', sound), part('name', 'x', false)]);
    expect(answer.json()).toEqual({ one: sound, two: sound, name: 'x' });
  });

  it('returns the content type of a file with its parameters', async () => {
    const typed = part('one', 'a').replace('\r\n\r\n', '\r\ncontent-type: audio/L16;rate=16000\r\n\r\n');
    const answer = await send([part('name', 'x', false), typed, part('two', 'b')]);
    expect(answer.json()).toEqual({ name: 'x', one: 'a', 'type of one': 'audio/L16;rate=16000', two: 'b' });
  });

  it('refuses a form by its announced length before it reads the form', async () => {
    const answer = await send([part('one', 'a'.repeat(LIMIT))]);
    expect(answer.statusCode).toBe(413);
    expect(answer.json()).toMatchObject({ code: 'PAYLOAD_TOO_LARGE', field: 'body' });
  });

  it('refuses parts that are together too large, if the announced length is wrong', async () => {
    expect((await send([part('one', 'a'.repeat(LIMIT + 1))], { 'content-length': '5000' })).statusCode).toBe(413);
    for (const isFile of [true, false]) {
      const parts = ['one', 'two', 'three', 'four'].map((name) => part(name, 'a'.repeat(LIMIT / 3), isFile));
      const answer = await send(parts, { 'content-length': '5000' });
      expect(answer.statusCode).toBe(413);
      expect(answer.json()).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    }
  });
});
