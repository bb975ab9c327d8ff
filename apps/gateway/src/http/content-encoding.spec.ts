import type { LlmosError } from '@llmos/contracts';
import fastify from 'fastify';
import { gzipSync } from 'node:zlib';
import { attachContentEncoding } from './content-encoding.js';

const app = fastify();
attachContentEncoding(app);
app.setErrorHandler((error: LlmosError, _, reply) => reply.status(error.httpStatus).send(error.toBody()));
app.post('/', ({ body }) => ({ body }));

const send = (encoding: string, payload: Buffer) =>
  app.inject({
    method: 'POST',
    url: '/',
    payload,
    headers: { 'content-type': 'application/json', 'content-encoding': encoding },
  });

describe('an encoded body', () => {
  it('is decoded', async () => {
    expect((await send('GZIP', gzipSync('{"a":1}'))).json()).toEqual({ body: { a: 1 } });
  });

  it.each(['zstd', 'gzip, gzip', 'constructor'])('in the encoding %s is refused by its name', async (encoding) => {
    const reply = await send(encoding, Buffer.from('{}'));
    expect(reply.statusCode).toBe(415);
    expect(reply.json()).toMatchObject({ message: expect.stringContaining(`'${encoding}' is not decoded here`) });
  });

  it.each(['gzip', 'br', 'deflate'])('that is not %s is refused by that name', async (encoding) => {
    const reply = await send(encoding, Buffer.from('{"a":1}'));
    expect(reply.statusCode).toBe(400);
    expect(reply.json()).toMatchObject({ message: expect.stringContaining(`The body is not ${encoding},`) });
  });
});
