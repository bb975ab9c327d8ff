import multipart from '@fastify/multipart';
import { LlmosError, toJson } from '@llmos/contracts';
import { MeshModule, nestLogger, type ProcessContext } from '@llmos/mesh';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createServer } from 'node:net';
import { attachAuth } from './auth/auth.hooks.js';
import type { GatewayConfig } from './gateway.config.js';
import { GatewayModule } from './gateway.module.js';
import { Identities, attachIdentity } from './auth/identity.js';
import { ThrottleService } from './throttle/throttle.service.js';
import { attachContentEncoding } from './http/content-encoding.js';
import { parseJson } from './http/json-body.js';
import { parseMediaType } from './http/media-type.js';
import { attachRequestChecks, refuseUnreadable, refuseUrl } from './http/protocol-errors.js';
import { MAX_FIELDS, MAX_FILES } from './http/request-body.js';
import { RouteRegistry } from './http/route-registry.js';
import { ROW_FILES } from './resources/rows-body.js';

const PORTS_TRIED = 50;

/**
 * The HTTP server of the gateway, before it listens: its routes are added when it does. Hooks run in this order: who
 * sent the request, whether it is restricted, whether it may use the route.
 */
export async function createGateway(context: ProcessContext<GatewayConfig>): Promise<NestFastifyApplication> {
  const { config } = context;
  const root = { module: class GatewayRoot {}, imports: [MeshModule.register(context), GatewayModule] };
  const app = await NestFactory.create<NestFastifyApplication>(root, createAdapter(config), {
    logger: nestLogger(context.log),
    abortOnError: false,
    bodyParser: false,
  });
  const fastify = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  await setBodyParsers(fastify, config);
  attachContentEncoding(fastify);
  fastify.setReplySerializer(toJson);
  app.get(RouteRegistry).attach(fastify);
  attachRequestChecks(fastify);
  attachIdentity(fastify, new Identities(config.apiKeys, config.trustedProxies));
  app.get(ThrottleService).attach(fastify);
  attachAuth(fastify, config);
  return app;
}

function createAdapter(config: GatewayConfig): FastifyAdapter {
  return new FastifyAdapter({
    bodyLimit: config.maxBodyBytes,
    // Longer than that of load balancers: they must not send into a connection that is being closed.
    keepAliveTimeout: 65_000,
    requestTimeout: 120_000,
    routerOptions: { maxParamLength: 512, ignoreTrailingSlash: true },
    forceCloseConnections: 'idle',
    // Requests that come while the gateway leaves are answered; see `Callers`.
    return503OnClosing: false,
    frameworkErrors: refuseUrl,
    clientErrorHandler: refuseUnreadable,
    // Checked with the other properties of requests, so that the answer has the shape of all errors.
    http: { requireHostHeader: false },
  });
}

/** Accepts JSON, events, forms and files of rows, nothing else. The depth of JSON is checked before it is parsed. */
async function setBodyParsers(fastify: FastifyInstance, config: GatewayConfig): Promise<void> {
  await fastify.register(multipart, {
    // One byte more than allowed: the reader then refuses the form before busboy truncates the file.
    limits: {
      fileSize: config.maxBodyBytes + 1,
      files: MAX_FILES,
      fields: MAX_FIELDS,
      fieldSize: 1_000_000,
      headerPairs: 100,
    },
  });
  fastify.removeContentTypeParser(['application/json', 'text/plain']);
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    settle(done, () => jsonBody(request, body as Buffer));
  });
  fastify.addContentTypeParser(/^application\/[\w.+-]+\+json\b/, { parseAs: 'buffer' }, (request, body, done) => {
    settle(done, () => eventBody(request, body as Buffer));
  });
  fastify.addContentTypeParser(Object.keys(ROW_FILES), { parseAs: 'buffer' }, (_, body, done) => done(null, body));
}

function settle(done: (error: Error | null, body?: unknown) => void, parse: () => unknown): void {
  try {
    done(null, parse());
  } catch (error) {
    done(error as Error);
  }
}

function jsonBody({ routeOptions, headers, is404 }: FastifyRequest, body: Buffer): unknown {
  if (is404) return undefined;
  const { rawBody, schemas } = routeOptions.config;
  if (rawBody) return body;
  // Some clients declare a type for the body that they do not send.
  if (body.length === 0 && !schemas?.body) return undefined;
  return parseJson(body, { charset: parseMediaType(headers['content-type'] ?? '')?.charset });
}

function eventBody({ routeOptions, is404 }: FastifyRequest, body: Buffer): Buffer {
  if (routeOptions.config.rawBody || is404) return body;
  throw new LlmosError('UNSUPPORTED_MEDIA', 'Send application/json; CloudEvents go to /v1/events/{pipeline}.', {
    field: 'content-type',
  });
}

/** The wanted port, or the next free one. 0 lets the system choose. */
export async function freePort(host: string, wanted: number): Promise<number> {
  if (wanted === 0) return 0;
  for (let port = wanted; port < Math.min(wanted + PORTS_TRIED, 65_536); port++)
    if (await isFree(host, port)) return port;
  throw new Error(`no free port between ${wanted} and ${wanted + PORTS_TRIED}; set LLMOS_PORT to one that is`);
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, host, () => probe.close(() => resolve(true)));
  });
}
