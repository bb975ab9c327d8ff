import { LlmosError, toLlmosError } from '@llmos/contracts';
import type { ErrorCode } from '@llmos/contracts';
import { LOGGER } from '@llmos/mesh';
import type { Logger } from '@llmos/telemetry';
import {
  Catch,
  HttpException,
  Inject,
  NotFoundException,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { RouteRegistry } from './route-registry.js';

/** The body of an error reply. A route or a controller chooses another one with `@UseErrorShape`. */
export type ErrorShape = (error: LlmosError) => object;

const RETRY_AFTER_SECONDS = 2;
const MAX_RETRY_AFTER_SECONDS = 60;

/** How far something is that a request has to wait for. */
export interface Loading {
  readonly state: string;
  readonly progress?: number;
  readonly eta_seconds?: number;
}

/** A retryable failure that knows when the same request can succeed. */
export class RetryLaterError extends LlmosError {
  constructor(
    code: ErrorCode,
    message: string,
    retryAfterSeconds?: number,
    readonly loading?: Loading,
  ) {
    super(code, message, retryAfterSeconds === undefined ? {} : { retryAfterSeconds });
  }
}

/** The outer trust boundary: known errors are sent with their status, unknown ones are logged and masked. */
@Catch()
export class ErrorsFilter implements ExceptionFilter {
  constructor(
    @Inject(LOGGER) private readonly log: Logger,
    private readonly routes: RouteRegistry,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const { method, url, routeOptions, headers } = host.switchToHttp().getRequest<FastifyRequest>();
    // Fastify answers 404 to a method that the address does not take.
    const allowed = error instanceof NotFoundException ? this.routes.methodsOf(url.replace(/[?#].*$/su, '')) : [];
    if (allowed.length > 0) void reply.header('allow', allowed.join(', '));
    if (allowed.length > 0 && method === 'OPTIONS') return void reply.status(204).send();
    const known = allowed.length > 0 ? methodNotAllowed(method, allowed) : toKnown(error, headers['content-type']);
    if (known.code === 'INTERNAL')
      this.log.error({ err: known.cause, method, route: routeOptions.url }, 'a request failed');
    // Once a stream of events has begun, its status has been sent.
    if (!reply.sent && !reply.raw.headersSent) sendError(reply, known);
  }
}

/** Sends an error in the shape of the route. */
export function sendError(reply: FastifyReply, error: LlmosError): void {
  const { status, headers, body } = errorReply(error, reply.request.routeOptions.config?.errorShape);
  void reply.status(status).headers(headers).send(body);
}

/** An error as a reply: with the time after which to retry, if that can help. */
export interface ErrorReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: object;
}

export function errorReply(error: LlmosError, shape: ErrorShape = standardShape): ErrorReply {
  const headers = {
    ...(error.retryable ? { 'retry-after': String(retryAfterSeconds(error)) } : {}),
    // RFC 9110, section 15.5.2
    ...(error.code === 'UNAUTHORIZED' ? { 'www-authenticate': 'Bearer' } : {}),
  };
  return { status: error.httpStatus, headers, body: shape(error) };
}

function standardShape(error: LlmosError): object {
  const loading = error instanceof RetryLaterError && error.loading ? { loading: error.loading } : {};
  return { status: 'error', error: { ...error.toBody(), ...loading } };
}

function retryAfterSeconds(error: LlmosError): number {
  return Math.min(MAX_RETRY_AFTER_SECONDS, Math.max(1, Math.ceil(error.retryAfterSeconds ?? RETRY_AFTER_SECONDS)));
}

/** For a part of an address. */
export function badEscape(part: 'path' | 'query'): string {
  return `The ${part} has a percent sign that starts no escape of UTF-8. Write the sign itself as %25.`;
}

/** Errors of Fastify and Nest, by their code or their status. */
const FOREIGN: Readonly<Record<string, ConstructorParameters<typeof LlmosError>>> = {
  FST_ERR_BAD_URL: ['INVALID_ARGUMENT', badEscape('path'), { field: 'path' }],
  404: ['NOT_FOUND', 'There is nothing at this address. docs/http.md lists all addresses.'],
  414: ['NOT_FOUND', 'A part of the path is longer than anything that has an address here.', { field: 'path' }],
  413: ['PAYLOAD_TOO_LARGE', 'The request is larger than the limit.', { field: 'body' }],
  415: [
    'UNSUPPORTED_MEDIA',
    'Send application/json or multipart/form-data; rows also as application/x-ndjson or text/csv.',
    { field: 'content-type' },
  ],
};

function methodNotAllowed(method: string, allowed: readonly string[]): LlmosError {
  return new LlmosError(
    'METHOD_NOT_ALLOWED',
    `This address does not take ${method}. Send ${allowed.filter((each) => each !== 'HEAD' && each !== 'OPTIONS').join(' or ')}.`,
    { field: 'method' },
  );
}

/**
 * Errors of Fastify and Nest, as errors of LLM OS.
 *
 * @param contentType of the request: that of a body that is not read is named.
 */
export function toKnown(error: unknown, contentType?: string): LlmosError {
  if (error instanceof LlmosError) return error;
  const status = foreignStatus(error);
  if (status < 400 || status >= 500) return toLlmosError(error);
  const { code: own = '' } = error as { code?: string };
  const [code, message, options] = FOREIGN[own] ??
    FOREIGN[status] ?? ['INVALID_ARGUMENT', 'The request cannot be read.', { field: 'body' }];
  const named = code === 'UNSUPPORTED_MEDIA' ? `${nameOf(contentType)} ${message}` : message;
  return new LlmosError(code, named, { ...options, cause: error });
}

function nameOf(contentType = ''): string {
  if (contentType.trim() === '') return 'The request names no Content-Type.';
  return `'${contentType.slice(0, 80)}' is not read here.`;
}

function foreignStatus(error: unknown): number {
  if (error instanceof HttpException) return error.getStatus();
  return error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500;
}
