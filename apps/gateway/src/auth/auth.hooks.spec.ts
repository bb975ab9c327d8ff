import Fastify from 'fastify';
import type { ApiKeys } from './api-keys.js';
import { attachAuth } from './auth.hooks.js';
import { attachIdentity, Identities } from './identity.js';

const KEYS: ApiKeys = new Map([
  ['k1', { tenant: 'acme', role: 'caller' }],
  ['k2', { tenant: 'acme', role: 'operator' }],
]);
const NO_KEYS: ApiKeys = new Map();

describe('attachAuth', () => {
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
    attachIdentity(fastify, new Identities(keys, []));
    attachAuth(fastify, { apiKeys: keys, host });
    fastify.post('/', () => ({}));
    fastify.post('/public', { config: { isPublic: true } }, () => ({}));
    fastify.post('/v1/schedules/:name', { config: { role: 'operator' } }, () => ({}));
    const answer = await fastify.inject({
      method: 'POST',
      url,
      remoteAddress: from,
      headers: { host: '127.0.0.1:8000', 'content-type': 'text/x', ...headers },
      payload: 'body',
    });
    return {
      status: answer.statusCode,
      authenticate: answer.headers['www-authenticate'],
      error: answer.json<{ error?: { code: string; message: string } }>().error,
      wasRead,
    };
  };

  it('refuses requests without a known key before the body is read, except on public routes', async () => {
    for (const headers of [{}, { authorization: 'Bearer wrong' }] as Record<string, string>[])
      expect(await ask({ keys: KEYS }, headers)).toMatchObject({
        status: 401,
        authenticate: 'Bearer',
        error: { code: 'UNAUTHORIZED', retryable: false },
        wasRead: false,
      });
    expect((await ask({ keys: KEYS }, {}, '/nothing')).status).toBe(401);
    expect(await ask({ keys: KEYS }, { authorization: 'Bearer k1' })).toMatchObject({ status: 200, wasRead: true });
    expect((await ask({ keys: KEYS }, {}, '/public')).status).toBe(200);
  });

  it('refuses a caller without the role of the route before the body is read, and names the role and the setting', async () => {
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
  ])('refuses requests from pages of other sites: %j', async (headers) => {
    const refused = await ask({}, headers as Record<string, string>);
    expect(refused).toMatchObject({ status: 403, error: { code: 'RESTRICTED' }, wasRead: false });
    expect(refused.error!.message).toContain('another site');
  });

  it.each([
    {},
    { origin: 'http://127.0.0.1:8000', 'sec-fetch-site': 'same-origin' },
    { origin: 'https://Gateway.example', host: 'gateway.example:443' },
    { origin: 'http://gateway.example', host: 'gateway.example' },
    { 'sec-fetch-site': 'none' },
    { 'sec-fetch-mode': 'cors' },
  ])('accepts requests from programs and from its own pages: %j', async (headers) => {
    expect((await ask({ from: '203.0.113.7' }, headers as Record<string, string>)).status).toBe(200);
  });

  it.each(['evil.example', 'evil.example:8000', 'localhost.evil.example', '10.0.0.5:8000', '127.0.0.1.evil.example'])(
    'refuses, without keys, a local request that names another host: %s',
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
    'gateway.localhost',
    'gateway.lan:8000',
  ])('accepts, without keys, a local request that names this machine: %s', async (host) => {
    expect((await ask({ host: 'gateway.lan' }, { host })).status).toBe(200);
  });

  it('accepts any host name from other machines, and with a known key', async () => {
    const headers = { host: 'gateway.example' };
    expect((await ask({ host: '0.0.0.0', from: '10.0.0.9' }, headers)).status).toBe(200);
    expect((await ask({ keys: KEYS }, { ...headers, authorization: 'Bearer k1' })).status).toBe(200);
  });
});
