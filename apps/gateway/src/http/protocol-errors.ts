import { LlmosError } from '@llmos/contracts';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { badEscape, errorReply, sendError, toKnown } from './errors.js';

/** A client is disconnected so long after its request was refused. */
const LINGER_MS = 1_000;

const REFUSALS: Readonly<Record<string, LlmosError>> = {
  HPE_HEADER_OVERFLOW: new LlmosError(
    'HEADERS_TOO_LARGE',
    'The address and the headers together are larger than 16 KB. Shorten them, or send long values in the body.',
    { field: 'headers' },
  ),
  ERR_HTTP_REQUEST_TIMEOUT: new LlmosError('REQUEST_TIMEOUT', 'The request did not arrive in time. Send it again.'),
};

type ParserError = Error & { readonly code?: string; readonly reason?: string };

const refused = new WeakSet<Socket>();

/** Answers what is no HTTP request: no route, hook or filter sees it. */
export function refuseUnreadable(error: ParserError, socket: Socket): void {
  // Each further piece of a refused request is another error.
  if (refused.has(socket)) return;
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  refused.add(socket);
  refuse(socket, REFUSALS[error.code ?? ''] ?? unreadable(error));
}

/** @param reason of the parser, such as `Invalid method encountered`: one of its own sentences, without a value. */
function unreadable({ reason }: ParserError): LlmosError {
  const why = reason === undefined ? '' : ` (${reason})`;
  const message = `The request is not HTTP/1.1 that can be read${why}. Send it with an HTTP client, over http and not https.`;
  return new LlmosError('INVALID_ARGUMENT', message, { field: 'request' });
}

/** This is no proxy. Fastify sees no request with this method. */
function refuseConnect(_: IncomingMessage, socket: Duplex): void {
  refuse(socket, new LlmosError('METHOD_NOT_ALLOWED', 'No address here takes CONNECT.', { field: 'method' }));
}

function refuse(socket: Duplex, error: LlmosError): void {
  const { status, body } = errorReply(error);
  const text = JSON.stringify(body);
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(text)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${text}`);
  // What still arrives is read: a client that is cut off while it sends does not see the answer.
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER_MS).unref();
}

/** Answers a path that the router cannot read. */
export function refuseUrl(error: Error, _: FastifyRequest, reply: FastifyReply): void {
  sendError(reply, toKnown(error));
}

/**
 * Refuses what Node and Fastify let pass: a request that names no host or several, and a query with malformed escapes.
 * An expectation other than `100-continue` is not refused, as RFC 9110 allows.
 */
export function attachRequestChecks(fastify: FastifyInstance): void {
  fastify.server.on('connect', refuseConnect);
  fastify.server.on('checkExpectation', (request, response) => fastify.server.emit('request', request, response));
  fastify.addHook('onRequest', (request, reply, done) => {
    const refusal = refusalOf(request);
    if (refusal) sendError(reply, refusal);
    else done();
  });
}

function refusalOf({ raw, headers }: FastifyRequest): LlmosError | undefined {
  if (headers.host === undefined && raw.httpVersion === '1.1')
    return new LlmosError('INVALID_ARGUMENT', "The request needs the header 'Host'.", { field: 'host' });
  // Node keeps the first; a proxy may have checked the other.
  if (raw.rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === 'host').length > 1)
    return new LlmosError('INVALID_ARGUMENT', "The request has several headers 'Host'.", { field: 'host' });
  const query = raw.url?.split('?').slice(1).join('?') ?? '';
  if (query.includes('%') && !isEncoded(query))
    return new LlmosError('INVALID_ARGUMENT', badEscape('query'), { field: 'query' });
  return undefined;
}

function isEncoded(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
