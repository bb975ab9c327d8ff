import { LlmosError } from '@llmos/contracts';
import { LOGGER } from '@llmos/mesh';
import { Controller, Get, Module } from '@nestjs/common';
import { APP_FILTER, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import 'reflect-metadata';
import { z } from 'zod';
import { attachAuth } from '../auth/auth.hooks.js';
import { Caller } from '../auth/caller.js';
import { attachIdentity, Identities } from '../auth/identity.js';
import { ErrorsFilter, RetryLaterError } from './errors.js';
import { RouteRegistry } from './route-registry.js';
import { check, Params, Public, Roles, Schemas, UseErrorShape } from './route.js';

const params = z.object({ id: z.string().regex(/^\d+$/, 'digits only') });
const replies = {};

@UseErrorShape((error) => ({ type: error.code.toLowerCase() }))
@Roles('operator')
@Controller('/shaped')
class ShapedController {
  @Get('/:id')
  @Schemas({ summary: 'Show', params, replies })
  show(@Caller() { tenant, role }: Caller, @Params() { id }: z.infer<typeof params>): object {
    return { tenant, role, id };
  }

  @Public()
  @Get('/open/:seconds')
  open(): object {
    throw new LlmosError('CONFLICT', 'no');
  }
}

@Public()
@Controller('/standard')
class StandardController {
  @Get('/:seconds')
  @Schemas({ summary: 'Fail', params: z.object({ seconds: z.coerce.number() }), replies })
  fail(@Params() { seconds }: { seconds: number }): never {
    throw seconds > 0
      ? new RetryLaterError('MODEL_LOADING', 'm', seconds, { state: 'loading', eta_seconds: seconds })
      : new LlmosError('OVERLOADED', 'm');
  }
}

@Module({
  controllers: [ShapedController, StandardController],
  providers: [
    { provide: LOGGER, useValue: { error: () => undefined } },
    RouteRegistry,
    { provide: APP_FILTER, useClass: ErrorsFilter },
  ],
})
class TestModule {}

describe('a route', () => {
  let app: NestFastifyApplication;
  const get = async (url: string, key?: string) => {
    const headers = { host: 'localhost', ...(key ? { authorization: `Bearer ${key}` } : {}) };
    const reply = await app.inject({ url, headers });
    return { status: reply.statusCode, body: reply.json<object>(), retryAfter: reply.headers['retry-after'] };
  };

  beforeAll(async () => {
    const apiKeys = new Map([
      ['k1', { tenant: 'acme', role: 'caller' } as const],
      ['k2', { tenant: 'acme', role: 'operator' } as const],
    ]);
    app = await NestFactory.create<NestFastifyApplication>(TestModule, new FastifyAdapter(), { logger: false });
    const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
    app.get(RouteRegistry).attach(fastify);
    attachIdentity(fastify, new Identities(apiKeys, []));
    attachAuth(fastify, { apiKeys, host: 'localhost' });
    await app.init();
  });
  afterAll(() => app.close());

  it('injects the caller and the validated parameters', async () => {
    expect(await get('/shaped/7', 'k2')).toMatchObject({
      status: 200,
      body: { tenant: 'acme', role: 'operator', id: '7' },
    });
  });

  it('gives every error the shape of its controller: of validation, of auth and of the handler', async () => {
    expect(await get('/shaped/x', 'k2')).toMatchObject({ status: 400, body: { type: 'invalid_argument' } });
    expect(await get('/shaped/7')).toMatchObject({ status: 401, body: { type: 'unauthorized' } });
    expect(await get('/shaped/7', 'k1')).toMatchObject({ status: 403, body: { type: 'forbidden' } });
    expect(await get('/shaped/open/1')).toMatchObject({ status: 409, body: { type: 'conflict' } });
  });

  it('has the standard shape otherwise, with the field at fault', async () => {
    expect(await get('/standard/x')).toMatchObject({
      status: 400,
      body: { status: 'error', error: { code: 'INVALID_ARGUMENT', retryable: false, field: 'seconds' } },
    });
    expect(await get('/nowhere', 'k1')).toMatchObject({ status: 404, body: { error: { code: 'NOT_FOUND' } } });
  });

  it('names the methods that an address takes, to callers that send another one', async () => {
    const send = (method: 'DELETE' | 'OPTIONS', url: string, key = 'k1') =>
      app.inject({ method, url, headers: { host: 'localhost', authorization: `Bearer ${key}` } });
    const reply = await send('DELETE', '/shaped/open/1?x=1');
    expect([reply.statusCode, reply.headers['allow']]).toEqual([405, 'GET, HEAD, OPTIONS']);
    expect(reply.json()).toMatchObject({
      error: { code: 'METHOD_NOT_ALLOWED', message: 'This address does not take DELETE. Send GET.', field: 'method' },
    });
    const asked = await send('OPTIONS', '/shaped/open/1?x=1');
    expect([asked.statusCode, asked.headers['allow'], asked.body]).toEqual([204, 'GET, HEAD, OPTIONS', '']);
    expect((await send('OPTIONS', '/nowhere')).statusCode).toBe(404);
    expect((await send('DELETE', '/shaped/open')).statusCode).toBe(405);
    expect((await send('DELETE', '/shaped/open/1/2')).statusCode).toBe(404);
    expect((await send('DELETE', '/shaped/open/1', 'unknown')).statusCode).toBe(401);
  });

  it.each([
    ['0', '2'],
    ['0.2', '1'],
    ['7.1', '8'],
    ['3600', '60'],
  ])('names the time to wait: after %s s of loading, Retry-After is %s', async (seconds, retryAfter) => {
    const reply = await get(`/standard/${seconds}`);
    expect(reply).toMatchObject({ status: 503, body: { error: { retryable: true } }, retryAfter });
    expect((reply.body as { error: object }).error).toMatchObject(
      seconds === '0' ? {} : { loading: { state: 'loading', eta_seconds: Number(seconds) } },
    );
  });
});

describe('check', () => {
  it('names a field that is unknown before one that is missing: it may be the same', () => {
    const schema = z.strictObject({
      helpful: z.boolean("'helpful' is true or false."),
      comment: z.string().optional(),
    });
    expect(() => check(schema, { helpfull: true })).toThrow(expect.objectContaining({ field: 'helpfull' }));
    expect(() => check(schema, { helpful: 'yes' })).toThrow(expect.objectContaining({ field: 'helpful' }));
  });
});
