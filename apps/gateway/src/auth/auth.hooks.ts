import { LlmosError } from '@llmos/contracts';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { hostname } from 'node:os';
import type { GatewayConfig } from '../gateway.config.js';
import { sendError } from '../http/errors.js';
import { isPublic } from '../http/route.js';
import { roleRefusal } from './caller.js';
import { isLoopback } from './client-address.js';

type AuthConfig = Pick<GatewayConfig, 'apiKeys' | 'host'>;

/**
 * Refuses requests without a known key, without the role that the route needs, and from web pages of other sites.
 * This is a hook and not a Nest guard because guards run after the body has been read and parsed.
 */
export function attachAuth(fastify: FastifyInstance, config: AuthConfig): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const refusal = isPublic(request) ? undefined : refusalOf(request, config);
    if (refusal) sendError(reply, refusal);
    else done();
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
  const caller = request.identity?.caller;
  if (!caller) return new LlmosError('UNAUTHORIZED', "Send a known key as 'Authorization: Bearer <key>'.");
  const { role } = request.routeOptions.config;
  return role && roleRefusal(caller, role, 'This address');
}

/** Browsers state the origin of a request (Fetch Metadata, Origin), and a page cannot fake it; programs send neither. */
function isFromAnotherSite({ headers }: FastifyRequest): boolean {
  if (headers['sec-fetch-site'] === 'cross-site') return true;
  const { origin, host = '' } = headers;
  if (origin === undefined) return false;
  const page = URL.parse(origin);
  return !page?.host || page.host !== URL.parse(`${page.protocol}//${host}`)?.host;
}

/**
 * Whether a foreign host name resolves to this machine (DNS rebinding): the browser then takes the pages of that name
 * and this gateway for one site. Requests from other machines are not concerned: their network path was opened
 * deliberately.
 */
function isRebound(request: FastifyRequest, ownHost: string): boolean {
  const { host } = request.headers;
  if (host === undefined || !isLoopback(request.raw.socket.remoteAddress)) return false;
  const name = URL.parse(`http://${host}`)?.hostname.replace(/^\[|\]$/g, '');
  if (name === undefined) return true;
  const own = ['localhost', ownHost.toLowerCase(), hostname().toLowerCase()];
  return !own.includes(name) && !name.endsWith('.localhost') && !isLoopback(name);
}
