import { LlmosError } from '@llmos/contracts';
import { activeTraceparent, newTraceparent, parseTraceparent } from '@llmos/telemetry';
import type { FastifyRequest } from 'fastify';
import { createHash, timingSafeEqual } from 'node:crypto';
import { KEYLESS_CALLER, type ApiKeys, type Caller } from './api-keys.js';

/**
 * Whom a request speaks for, and what it may do: by its API key, or everything for `default` where no keys are set.
 *
 * @throws LlmosError UNAUTHORIZED
 */
export function holderOf(request: FastifyRequest, apiKeys: ApiKeys): Caller {
  if (apiKeys.size === 0) return KEYLESS_CALLER;
  const given = digest(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '');
  let found: Caller | undefined;
  // Every key is compared, in constant time, so that the time taken tells nothing about them.
  for (const [key, holder] of apiKeys) if (timingSafeEqual(digest(key), given)) found = holder;
  if (found === undefined) throw new LlmosError('UNAUTHORIZED', "Send a known key as 'Authorization: Bearer <key>'.");
  return found;
}

/** The tenant alone. @throws LlmosError UNAUTHORIZED */
export function tenantOf(request: FastifyRequest, apiKeys: ApiKeys): string {
  return holderOf(request, apiKeys).tenant;
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** The trace context this request goes on under: the active span's, the caller's, or a new one. */
export function traceparentOf(request: FastifyRequest): string {
  return activeTraceparent() ?? sentTraceparent(request) ?? newTraceparent();
}

export function sentTraceparent(request: FastifyRequest): string | undefined {
  const header = request.headers['traceparent'];
  return parseTraceparent(typeof header === 'string' ? header : undefined);
}
