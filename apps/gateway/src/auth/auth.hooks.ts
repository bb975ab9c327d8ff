import { LlmosError } from '@llmos/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { hostname } from 'node:os';
import { requireRole } from './api-keys.js';
import { holderOf } from './caller.js';
import { errorReply } from '../http/errors.filter.js';
import type { GatewayConfig } from '../gateway.config.js';
import { isLoopback } from './client-address.js';
import { isFree } from '../throttle/throttle.hooks.js';

type AuthConfig = Pick<GatewayConfig, 'apiKeys' | 'host'>;

/**
 * Refuses, before the body is read, whoever has no key, who has not the role that an address needs, and whatever a page
 * of another site sends. What orchestrators ask stays open. Attached after the guard, so that the guard sees whom the
 * door refuses.
 */
export function attachAuth(fastify: FastifyInstance, config: AuthConfig): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const refusal = isFree(request) ? undefined : refusalOf(request, config);
    if (!refusal) return done();
    const { status, body } = errorReply(refusal);
    void reply.code(status).send(body);
  });
}

function refusalOf(request: FastifyRequest, config: AuthConfig): LlmosError | undefined {
  if (isFromAnotherSite(request))
    return new LlmosError('RESTRICTED', 'A page of another site may not call this address. Call it from a program.');
  if (config.apiKeys.size === 0 && isRebound(request, config.host))
    return new LlmosError(
      'RESTRICTED',
      'The Host header names another machine than this one. Call it as localhost, or set LLMOS_HOST or LLMOS_API_KEYS.',
      { field: 'host' },
    );
  try {
    const holder = holderOf(request, config.apiKeys);
    if (isOperators(request)) requireRole(holder, 'operator', 'This address');
    return undefined;
  } catch (error) {
    if (error instanceof LlmosError) return error;
    throw error;
  }
}

/** A schedule goes on when who made it has gone, and all of a tenant's share one list. */
function isOperators({ routeOptions }: FastifyRequest): boolean {
  return /^\/v1\/schedules(\/|$)/.test(routeOptions.url ?? '');
}

/** Browsers say where a request comes from (Fetch Metadata, Origin), and no page can make it up; programs say nothing. */
function isFromAnotherSite({ headers }: FastifyRequest): boolean {
  if (headers['sec-fetch-site'] === 'cross-site') return true;
  const { origin, host = '' } = headers;
  if (origin === undefined) return false;
  const page = parseUrl(origin);
  return page === undefined || page.host === '' || page.host !== parseUrl(`${page.protocol}//${host}`)?.host;
}

/**
 * A name of somebody else's that leads to this machine (DNS rebinding): to the browser its pages and this house are one
 * site. Who knocks from elsewhere than this machine has been given a way in on purpose.
 */
function isRebound(request: FastifyRequest, ownHost: string): boolean {
  const { host } = request.headers;
  if (host === undefined || !isLoopback(request.raw.socket.remoteAddress)) return false;
  const name = parseUrl(`http://${host}`)?.hostname.replace(/^\[|\]$/g, '');
  if (name === undefined) return true;
  const own = ['localhost', ownHost.toLowerCase(), hostname().toLowerCase()];
  return !own.includes(name) && !name.endsWith('.localhost') && !isLoopback(name);
}

function parseUrl(text: string): URL | undefined {
  return URL.parse(text) ?? undefined;
}
