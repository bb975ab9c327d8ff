import Fastify from 'fastify';
import type { ApiKeys } from './api-keys.js';
import { attachAuth } from './auth.hooks.js';

const KEYS: ApiKeys = new Map([
  ['k1', { tenant: 'acme', role: 'caller' }],
  ['k2', { tenant: 'acme', role: 'operator' }],
]);
const NO_KEYS: ApiKeys = new Map();

describe('the door', () => {
  const ask = async (
    { keys = NO_KEYS, host = '127.0.0.1', from = '127.0.0.1' },
    headers: Record<string, string>,
    url = '/',
  ) => {
    const fastify = Fastify();
    let wasRead = false;
    fastify.addContentTypeParser('text/x', { parseAs: 'buffer' }, (_, body, done) => {
      wasRead = true;
      done(null, body);
    });
    attachAuth(fastify, { apiKeys: keys, host });
    for (const path of ['/', '/v1/schedules/:name', '/healthz', '/readyz', '/metrics']) fastify.post(path, () => ({}));
    const answer = await fastify.inject({
      method: 'POST',
      url,
      remoteAddress: from,
      headers: { host: '127.0.0.1:8000', 'content-type': 'text/x', ...headers },
      payload: 'body',
    });
    return {
      status: answer.statusCode,
      error: answer.json<{ error?: { code: string; message: string } }>().error,
      wasRead,
    };
  };

  it('refuses whoever has no key before the body is read, at every address but the operators’', async () => {
    for (const headers of [{}, { authorization: 'Bearer wrong' }] as Record<string, string>[])
      expect(await ask({ keys: KEYS }, headers)).toMatchObject({
        status: 401,
        error: { code: 'UNAUTHORIZED', retryable: false },
        wasRead: false,
      });
    expect((await ask({ keys: KEYS }, {}, '/nothing')).status).toBe(401);
    expect(await ask({ keys: KEYS }, { authorization: 'Bearer k1' })).toMatchObject({ status: 200, wasRead: true });
    for (const url of ['/healthz', '/readyz', '/metrics'])
      expect((await ask({ keys: KEYS }, {}, url)).status).toBe(200);
  });

  it('refuses callers at the schedules before the body is read, naming the role and where it is given', async () => {
    for (const url of ['/v1/schedules/nightly', '/v1/%73chedules/nightly']) {
      const refused = await ask({ keys: KEYS }, { authorization: 'Bearer k1' }, url);
      expect(refused).toMatchObject({ status: 403, error: { code: 'FORBIDDEN' }, wasRead: false });
      expect(refused.error!.message).toMatch(/'operator'.*'caller'.*LLMOS_API_KEYS/);
      expect((await ask({ keys: KEYS }, { authorization: 'Bearer k2' }, url)).status).toBe(200);
      expect((await ask({}, {}, url)).status).toBe(200);
    }
  });

  it.each([
    { 'sec-fetch-site': 'cross-site' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: 'http://127.0.0.1:3000' },
    { origin: 'http://127.0.0.1:8000', 'sec-fetch-site': 'cross-site' },
  ])('refuses what another site’s page sends: %j', async (headers) => {
    const refused = await ask({}, headers as Record<string, string>);
    expect(refused).toMatchObject({ status: 403, error: { code: 'RESTRICTED' }, wasRead: false });
    expect(refused.error!.message).toContain('another site');
  });

  it.each([
    {},
    { origin: 'http://127.0.0.1:8000', 'sec-fetch-site': 'same-origin' },
    { origin: 'https://House.example', host: 'house.example:443' },
    { origin: 'http://house.example', host: 'house.example' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-mode': 'cors' },
  ])('lets in programs and its own pages: %j', async (headers) => {
    expect((await ask({ from: '203.0.113.7' }, headers as Record<string, string>)).status).toBe(200);
  });

  it.each(['evil.example', 'evil.example:8000', 'localhost.evil.example', '10.0.0.5:8000', '127.0.0.1.evil.example'])(
    'without keys refuses a caller on this machine who names another host: %s',
    async (host) => {
      for (const from of ['127.0.0.1', '::1', '::ffff:127.0.0.1']) {
        const refused = await ask({ from }, { host });
        expect(refused).toMatchObject({ status: 403, error: { code: 'RESTRICTED' }, wasRead: false });
        expect(refused.error!.message).toContain('LLMOS_API_KEYS');
      }
    },
  );

  it.each([
    'localhost:8000',
    'LOCALHOST',
    '127.0.0.1',
    '127.1.2.3:80',
    '[::1]:8000',
    'house.localhost',
    'house.lan:8000',
  ])('without keys lets in a caller on this machine who names it: %s', async (host) => {
    expect((await ask({ host: 'house.lan' }, { host })).status).toBe(200);
  });

  it('takes any host from elsewhere, and from whoever has a key', async () => {
    const headers = { host: 'house.example' };
    expect((await ask({ host: '0.0.0.0', from: '10.0.0.9' }, headers)).status).toBe(200);
    expect((await ask({ keys: KEYS }, { ...headers, authorization: 'Bearer k1' })).status).toBe(200);
  });
});
