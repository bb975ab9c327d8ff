import type { FastifyInstance, FastifyReply } from 'fastify';
import { sendError } from '../http/errors.js';
import type { ObservationSender } from './observation-sender.js';
import type { RunUsage } from './run-usage.js';
import type { HandledRequest, Throttle } from './throttle.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The pipeline that the request runs; set by `HttpRuns`, as is `usage`. */
    pipeline?: string;
    /** Of the live run that the request started, once it has ended. */
    usage?: RunUsage;
  }
}

const UNKNOWN_ROUTE = '(unknown)';
/** The status of a request whose client disconnected before the reply was complete, as in the logs of nginx. */
const CLIENT_CLOSED_REQUEST = 499;

/** Refuses restricted requests before their body is read, and observes every request of a caller at its end. */
export function attachThrottle(
  fastify: FastifyInstance,
  throttle: Throttle,
  sender: Pick<ObservationSender, 'add'>,
): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const { identity } = request;
    if (!identity) return done();
    // Fastify's `onResponse` does not run for a client that disconnects.
    reply.raw.once('close', () => sender.add(throttle.observe(identity, handledRequest(reply), Date.now())));
    const refusal = throttle.refuse(identity, Date.now());
    if (refusal) sendError(reply, refusal);
    else done();
  });
}

function handledRequest(reply: FastifyReply): HandledRequest {
  const { method, routeOptions, pipeline, usage } = reply.request;
  return {
    route: `${method} ${routeOptions.url ?? UNKNOWN_ROUTE}`,
    status: reply.raw.writableFinished ? reply.statusCode : CLIENT_CLOSED_REQUEST,
    durationMs: Math.max(0, reply.elapsedTime),
    pipeline,
    usage,
  };
}
