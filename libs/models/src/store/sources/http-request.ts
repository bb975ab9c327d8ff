/** A failed request that may succeed later: a broken connection, a timeout, a failing server. */
export class TransientHttpError extends Error {}

export interface OpenRequest {
  readonly url: string;
  readonly headers: Record<string, string>;
  /** Sent to the first origin only. */
  readonly credentials: Record<string, string>;
  readonly signal?: AbortSignal;
}

const MAX_REDIRECTS = 5;
const TRANSIENT_STATUSES = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Opens a GET and follows at most five redirects itself: credentials are sent to the first origin only, and a secure
 * address never leads to an insecure one. Resolves on 200, 206 and 416.
 */
export async function openRequest({ url, headers, credentials, signal }: OpenRequest): Promise<Response> {
  const origin = new URL(url).origin;
  let current = new URL(url);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop++) {
    const sent = current.origin === origin ? { ...headers, ...credentials } : headers;
    const response = await fetch(current, { headers: sent, redirect: 'manual', signal }).catch((error: unknown) => {
      throw asTransient(error, signal);
    });
    const location = response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
    if (location === null) return checkStatus(response);
    await response.body?.cancel();
    const next = new URL(location, current);
    if (current.protocol === 'https:' && next.protocol !== 'https:')
      throw new Error('it redirects from https to an insecure address');
    current = next;
  }
  throw new Error(`more than ${MAX_REDIRECTS} redirects`);
}

async function checkStatus(response: Response): Promise<Response> {
  if ([200, 206, 416].includes(response.status)) return response;
  await response.body?.cancel();
  const message = `the server answered ${response.status} ${response.statusText}`.trim();
  throw TRANSIENT_STATUSES.has(response.status) ? new TransientHttpError(message) : new Error(message);
}

/** `fetch` has the reason of a failure in the cause; an abort by the caller stays an abort. */
export function asTransient(error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  const { message, cause } = error as { message?: string; cause?: { message?: string } };
  return new TransientHttpError(cause?.message || message || String(error), { cause: error });
}
