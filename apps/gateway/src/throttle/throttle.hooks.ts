import type { FastifyInstance, FastifyRequest } from 'fastify';
import { errorReply } from '../http/errors.filter.js';
import type { Sender, Throttle } from './throttle.js';
import { notesOf, pipelineOf, type ReplyNotes } from './observation-notes.js';
import type { ObservationSender } from './observation-sender.js';

/** What operators and orchestrators ask is never refused and never counted. */
const FREE = new Set(['/healthz', '/readyz', '/metrics']);
const UNKNOWN_ROUTE = '(unknown)';

const callers = new WeakMap<FastifyRequest, Sender>();
const notes = new WeakMap<FastifyRequest, ReplyNotes>();

/** Takes note of a reply that goes out by another way than Fastify's own, such as the last word of an event stream. */
export function noteReply(request: FastifyRequest, reply: unknown): void {
  const found = notesOf(reply);
  if (found) notes.set(request, found);
}

/** Puts the guard before every route (before the body is read) and observes every request at its end. */
export function attachThrottle(
  fastify: FastifyInstance,
  throttle: Throttle,
  sender: Pick<ObservationSender, 'add'>,
): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    if (isFree(request)) return done();
    const { authorization, 'x-forwarded-for': forwardedFor } = request.headers;
    const caller = throttle.identify({ socketAddress: request.raw.socket.remoteAddress, forwardedFor, authorization });
    callers.set(request, caller);
    const refusal = throttle.refuse(caller, Date.now());
    if (!refusal) return done();
    const { status, body } = errorReply(refusal.error);
    if (refusal.retryAfterSeconds !== undefined) void reply.header('retry-after', String(refusal.retryAfterSeconds));
    void reply.code(status).send(body);
  });
  fastify.addHook('preSerialization', (request, _, payload, done) => {
    if (callers.has(request)) noteReply(request, payload);
    done(null, payload);
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const caller = callers.get(request);
    if (caller) {
      const departure = {
        route: `${request.method} ${request.routeOptions.url ?? UNKNOWN_ROUTE}`,
        status: reply.statusCode,
        durationMs: Math.max(0, reply.elapsedTime),
        pipeline: pipelineOf(request.body),
        notes: notes.get(request),
      };
      sender.add(throttle.observe(caller, departure, Date.now()));
    }
    done();
  });
}

/** Whether a request is for one of the operators' addresses. */
export function isFree(request: FastifyRequest): boolean {
  return FREE.has(request.routeOptions.url ?? '');
}
