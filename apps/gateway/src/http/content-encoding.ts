import { LlmosError } from '@llmos/contracts';
import type { FastifyInstance, FastifyRequest, RequestPayload } from 'fastify';
import { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';

type Decode = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

const decodeDeflate = {
  zlib: promisify<Buffer, object, Buffer>(inflate),
  raw: promisify<Buffer, object, Buffer>(inflateRaw),
};
const decodeGzip: Decode = promisify<Buffer, object, Buffer>(gunzip);
const DECODERS: Readonly<Record<string, Decode>> = {
  gzip: decodeGzip,
  'x-gzip': decodeGzip,
  br: promisify<Buffer, object, Buffer>(brotliDecompress),
  // RFC 9110 means zlib. Some senders leave its header out.
  deflate: (body, options) => decodeDeflate[hasZlibHeader(body) ? 'zlib' : 'raw'](body, options),
};
const ACCEPTED = 'gzip, br, deflate, identity';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body without its content encoding, if it had one. */
    decodedBody?: Readable;
  }
}

/**
 * Decodes request bodies with a `Content-Encoding`. The limit of the route holds for the encoded and for the decoded
 * body, and decoding stops there. @fastify/compress knows no raw deflate, no forms and no `Accept-Encoding` in errors.
 */
export function attachContentEncoding(fastify: FastifyInstance): void {
  fastify.addHook('preParsing', async (request, reply, payload) => {
    const encoding = request.headers['content-encoding']?.trim().toLowerCase() ?? '';
    if (request.is404 || encoding === '' || encoding === 'identity') return payload;
    if (!Object.hasOwn(DECODERS, encoding)) {
      void reply.header('accept-encoding', ACCEPTED);
      const message = `'${encoding.slice(0, 40)}' is not decoded here. Send the body in one of these encodings, once: ${ACCEPTED}.`;
      throw new LlmosError('UNSUPPORTED_MEDIA', message, { field: 'content-encoding' });
    }
    const maxBytes = request.routeOptions.bodyLimit;
    const encoded = await readAll(payload, maxBytes);
    const body = encoded.length === 0 ? encoded : await decodeWithin(maxBytes, encoding, encoded);
    // Fastify compares what was received with the announced length.
    request.decodedBody = Object.assign(Readable.from([body]), { receivedEncodedLength: encoded.length });
    return request.decodedBody as RequestPayload;
  });
}

/** The request as its body is after decoding, for a reader of its raw stream. */
export function withDecodedBody(request: FastifyRequest): FastifyRequest {
  const { decodedBody } = request;
  if (!decodedBody) return request;
  const raw = Object.assign(decodedBody, { headers: request.headers });
  return Object.create(request, { raw: { value: raw } }) as FastifyRequest;
}

async function readAll(payload: RequestPayload, maxBytes: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  for await (const piece of payload as AsyncIterable<Buffer>) {
    sizeBytes += piece.length;
    if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

async function decodeWithin(maxOutputLength: number, encoding: string, encoded: Buffer): Promise<Buffer> {
  try {
    return await DECODERS[encoding]!(encoded, { maxOutputLength });
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ERR_BUFFER_TOO_LARGE')
      throw tooLarge(maxOutputLength);
    const message = `The body is not ${encoding}, as its Content-Encoding says, or it is cut off. Send it whole, or without the header.`;
    throw new LlmosError('INVALID_ARGUMENT', message, { field: 'body', cause });
  }
}

function tooLarge(maxBytes: number): LlmosError {
  return new LlmosError('PAYLOAD_TOO_LARGE', `The body is larger than the limit of ${maxBytes} bytes.`, {
    field: 'body',
  });
}

/** RFC 1950, section 2.2 */
function hasZlibHeader(body: Buffer): boolean {
  return body.length >= 2 && (body[0]! & 0x0f) === 8 && body.readUInt16BE(0) % 31 === 0;
}
