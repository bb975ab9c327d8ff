import { answerSchema, errorBodySchema, replyOf, replySchema, type Reply as ReplyBody } from '@llmos/contracts';
import { z } from 'zod';
import { ClientError } from './client-error.js';

const failureSchema = z.object({
  // A newer gateway may have codes that this client does not know.
  error: errorBodySchema.extend({ code: z.string(), retryable: z.boolean().default(false) }),
});
const acceptedSchema = z.object({ run_id: z.string() });

/** The answer of a completed run. */
export interface Reply extends ReplyBody {
  /** The reply of the gateway as parsed JSON. */
  readonly body: unknown;
  /** The trace of the run, from the `traceparent` header. */
  readonly traceId?: string;
}

/** @throws ClientError when the body is a failure or has an unknown form. */
export function toReply(body: unknown, response: Response): Reply {
  const parsed = replySchema.safeParse(body);
  if (!parsed.success) throw toError(body, response);
  const traceId = /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(response.headers.get('traceparent') ?? '')?.[1];
  return { ...parsed.data, body, traceId };
}

/** The id of an accepted durable run. @throws ClientError as {@link toReply}. */
export function toRunId(body: unknown, response: Response): string {
  const parsed = acceptedSchema.safeParse(body);
  if (!parsed.success) throw toError(body, response);
  return parsed.data.run_id;
}

/**
 * The reply of a run, from the terminal event of its stream.
 *
 * @throws ClientError unless the event is `completed`.
 */
export function toReplyOfEvent(data: object, response: Response): Reply {
  const run = response.headers.get('x-llmos-run') ?? '';
  const { data: answer } = answerSchema.safeParse(data);
  if (answer?.type === 'completed') return toReply(replyOf(run, answer), response);
  if (answer?.type === 'cancelled') throw new ClientError('CANCELLED', `The run ${run} was cancelled`, { body: data });
  if (answer?.type === 'expired')
    throw new ClientError('EXPIRED', `The deadline of the run ${run} passed`, { body: data });
  throw toError('error' in data ? { status: 'error', error: data.error, run_id: run } : data, response);
}

function toError(body: unknown, response: Response): ClientError {
  const parsed = failureSchema.safeParse(body);
  if (!parsed.success)
    return new ClientError('MALFORMED_REPLY', `The reply of the gateway (HTTP ${response.status}) has an unknown form`);
  const { code, message, retryable, field } = parsed.data.error;
  return new ClientError(code, `${code}: ${message}${field ? ` (${field})` : ''}`, { retryable, body });
}

/** @throws ClientError when the connection breaks or the body is not JSON. */
export async function readJson(response: Response): Promise<unknown> {
  const text = await response.text().catch((cause: unknown) => {
    throw connectionLost(cause);
  });
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = `The reply (HTTP ${response.status}) is not JSON; is ${response.url} an LLM OS gateway?`;
    throw new ClientError('MALFORMED_REPLY', message, { cause });
  }
}

export function connectionLost(cause?: unknown): ClientError {
  return new ClientError('CONNECTION_LOST', 'The connection broke before the answer was complete', { cause });
}
