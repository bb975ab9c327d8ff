import type { FastifyInstance } from 'fastify';
import { sendError } from '../http/errors.js';
import type { ObservationSender } from './observation-sender.js';
import type { RunUsage } from './run-usage.js';
import type { Throttle } from './throttle.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The pipeline that the request runs. */
    pipeline?: string;
    /** Of the live run that the request started, once it has ended. */
    usage?: RunUsage;
  }
}

const UNKNOWN_ROUTE = '(unknown)';

/** Refuses restricted requests before their body is read, and observes every request at its end. */
export function attachThrottle(
  fastify: FastifyInstance,
  throttle: Throttle,
  sender: Pick<ObservationSender, 'add'>,
): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    const refusal = request.identity && throttle.refuse(request.identity, Date.now());
    if (refusal) sendError(reply, refusal);
    else done();
  });
  fastify.addHook('onResponse', (request, reply, done) => {
    const { identity, method, routeOptions, pipeline, usage } = request;
    if (identity) {
      const route = `${method} ${routeOptions.url ?? UNKNOWN_ROUTE}`;
      const handled = { route, status: reply.statusCode, durationMs: Math.max(0, reply.elapsedTime), pipeline, usage };
      sender.add(throttle.observe(identity, handled, Date.now()));
    }
    done();
  });
}
