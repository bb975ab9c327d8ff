import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { isIP } from 'node:net';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { FileFault, type SourceFile } from '../read/source-file.js';
import { isPublic, PrivateAddressError, publicLookup } from './public-address.js';

const MAX_BYTES = 10_000_000;
const MAX_REDIRECTS = 5;
const TIMEOUT_MS = 20_000;
const MAX_URL_CHARS = 2_000;

export interface FetchOptions {
  readonly signal: AbortSignal;
  /** Also fetches from private addresses. */
  readonly allowPrivate: boolean;
}

/**
 * Fetches one address, within limits of size and time. Every redirect is checked like the address itself.
 *
 * @throws FileFault naming what is wrong
 */
export async function fetchFile(address: string, options: FetchOptions): Promise<SourceFile> {
  const signal = AbortSignal.any([options.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  try {
    let url = checkUrl(address, options.allowPrivate);
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const response = await request(url, { ...options, signal });
      const { statusCode = 0, headers } = response;
      if (statusCode < 300 || statusCode > 399 || headers.location === undefined) {
        const file = await fileOf(address, response);
        // A page without a length looks complete when its connection is closed.
        signal.throwIfAborted();
        return file;
      }
      response.destroy();
      url = checkUrl(new URL(headers.location, url).href, options.allowPrivate);
    }
    throw new FileFault(`is redirected more than ${MAX_REDIRECTS} times`);
  } catch (error) {
    options.signal.throwIfAborted();
    throw error instanceof FileFault ? error : new FileFault(reasonOf(error, signal));
  }
}

function checkUrl(address: string, allowPrivate: boolean): URL {
  const url = address.length <= MAX_URL_CHARS ? URL.parse(address) : null;
  if (!url || !/^https?:$/u.test(url.protocol)) throw new FileFault('is no http or https address');
  if (url.username !== '' || url.password !== '')
    throw new FileFault('has a password in it: such addresses are not fetched');
  const host = url.hostname.replace(/^\[|\]$/gu, '');
  // An address in numbers is not looked up.
  if (!allowPrivate && isIP(host) !== 0 && !isPublic(host))
    throw new FileFault('is a private address, which is not fetched');
  return url;
}

function request(url: URL, { signal, allowPrivate }: FetchOptions): Promise<IncomingMessage> {
  const get = url.protocol === 'https:' ? getHttps : getHttp;
  const headers = {
    'user-agent': 'llmos-documents/1 (+import of documents)',
    accept: 'text/html,application/xhtml+xml,text/*;q=0.9,*/*;q=0.5',
    'accept-encoding': 'gzip, br, deflate',
  };
  return new Promise((resolve, reject) => {
    const options = { signal, headers, agent: false, ...(allowPrivate ? {} : { lookup: publicLookup }) };
    get(url, options, resolve).on('error', reject);
  });
}

async function fileOf(name: string, response: IncomingMessage): Promise<SourceFile> {
  if (response.statusCode !== 200) {
    response.destroy();
    throw new FileFault(`answered with the status ${response.statusCode}`);
  }
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of decoded(response)) {
    size += piece.length;
    if (size > MAX_BYTES) {
      response.destroy();
      throw new FileFault(`is larger than ${MAX_BYTES} bytes`);
    }
    pieces.push(piece);
  }
  return { name, type: response.headers['content-type'] ?? 'text/html', bytes: Buffer.concat(pieces) };
}

function decoded(response: IncomingMessage): AsyncIterable<Buffer> {
  const coding = response.headers['content-encoding'];
  const decoder =
    coding === 'gzip' || coding === 'x-gzip'
      ? createGunzip()
      : coding === 'br'
        ? createBrotliDecompress()
        : coding === 'deflate'
          ? createInflate()
          : undefined;
  if (!decoder) return response;
  response.on('error', (error) => decoder.destroy(error));
  return response.pipe(decoder);
}

function reasonOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return `did not answer within ${TIMEOUT_MS / 1_000} s`;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (cause instanceof PrivateAddressError) return `is not fetched: ${cause.message}`;
  const { code } = cause as NodeJS.ErrnoException;
  return code === 'ENOTFOUND' ? 'has no such host' : `cannot be fetched (${code ?? 'the connection failed'})`;
}
