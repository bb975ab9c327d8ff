import type { FastifyRequest } from 'fastify';
import Negotiator from 'negotiator';

const JSON_TYPES = ['application/json', 'application/json; charset=utf-8'];
const EVENT_TYPES = ['text/event-stream', 'text/event-stream; charset=utf-8'];

/**
 * Whether the client wants server-sent events instead of JSON: if it accepts them with a higher quality, or names them
 * first with the same one. A client that accepts neither receives JSON.
 *
 * @see RFC 9110, section 12.5.1
 */
export function wantsEvents({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  const preferred = new Negotiator({ headers }).mediaType([...JSON_TYPES, ...EVENT_TYPES]);
  return preferred !== undefined && EVENT_TYPES.includes(preferred);
}
