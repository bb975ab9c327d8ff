import { LlmosError, toLlmosError } from '@llmos/contracts';
import { LOGGER } from '@llmos/mesh';
import type { Logger } from '@llmos/telemetry';
import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LoadingError } from '../availability.service.js';

const RETRY_AFTER_SECONDS = 2;

/** The outer trust boundary: known errors are told with their status, unknown ones are logged and masked. */
@Catch()
export class ErrorsFilter implements ExceptionFilter {
  constructor(@Inject(LOGGER) private readonly log: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    if (reply.sent || reply.raw.headersSent) return;
    const known = translate(error);
    if (known.code === 'INTERNAL')
      this.log.error({ err: known.cause, method: request.method, route: request.routeOptions.url }, 'a request failed');
    if (known.retryable) void reply.header('retry-after', String(RETRY_AFTER_SECONDS));
    const { status, body } = errorReply(known);
    void reply.status(status).send(body);
  }
}

/** How an error is told: its HTTP status and body. */
export function errorReply(error: LlmosError): { status: number; body: object } {
  const loading = error instanceof LoadingError ? { loading: error.loading } : {};
  return { status: error.httpStatus, body: { status: 'error', error: { ...error.toBody(), ...loading } } };
}

/** What Fastify and Nest throw of their own, in the house's codes. */
function translate(error: unknown): LlmosError {
  if (error instanceof LlmosError) return error;
  const status =
    error instanceof HttpException
      ? error.getStatus()
      : error instanceof Error && 'statusCode' in error
        ? Number(error.statusCode)
        : 500;
  if (status === 404)
    return new LlmosError('NOT_FOUND', 'There is nothing at this address. See the README for those there are.', {
      cause: error,
    });
  if (status === 405)
    return new LlmosError('METHOD_NOT_ALLOWED', 'This address does not take this method.', { cause: error });
  if (status === 413)
    return new LlmosError('PAYLOAD_TOO_LARGE', 'The request is larger than is taken.', { cause: error, field: 'body' });
  if (status === 415)
    return new LlmosError(
      'UNSUPPORTED_MEDIA',
      'Send application/json or multipart/form-data; rows also as application/x-ndjson or text/csv.',
      {
        cause: error,
        field: 'content-type',
      },
    );
  if (status >= 400 && status < 500)
    return new LlmosError('INVALID_ARGUMENT', 'The request cannot be read.', { cause: error, field: 'body' });
  return toLlmosError(error);
}
