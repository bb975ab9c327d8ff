import { LlmosError } from '@llmos/contracts';
import { activeTraceparent, newTraceparent, parseTraceparent } from '@llmos/telemetry';
import type { FastifyRequest } from 'fastify';
import { createHash, timingSafeEqual } from 'node:crypto';

/**
 * The tenant a request speaks for: by its API key, or `default` where no keys are set.
 *
 * @throws LlmosError UNAUTHORIZED
 */
export function tenantOf(request: FastifyRequest, apiKeys: ReadonlyMap<string, string>): string {
  if (apiKeys.size === 0) return 'default';
  const given = digest(/^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '');
  let tenant: string | undefined;
  // Every key is compared, in constant time, so that the time taken tells nothing about them.
  for (const [key, owner] of apiKeys) if (timingSafeEqual(digest(key), given)) tenant = owner;
  if (tenant === undefined) throw new LlmosError('UNAUTHORIZED', "Send a known key as 'Authorization: Bearer <key>'.");
  return tenant;
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
