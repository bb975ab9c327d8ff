import type { ErrorCode } from '@llmos/contracts';

/** The codes of failures that the client itself detects. */
export type ClientErrorCode =
  /** No gateway answers at the address. */
  | 'UNREACHABLE'
  /** The connection broke before the answer was complete. */
  | 'CONNECTION_LOST'
  /** The server is no LLM OS gateway, or a newer one with another protocol. */
  | 'MALFORMED_REPLY'
  /** The deadline of a durable run passed. */
  | 'EXPIRED';

export interface ClientErrorOptions {
  readonly cause?: unknown;
  /** Whether the same request can succeed later. */
  readonly retryable?: boolean;
  /** The reply of the gateway as parsed JSON, where there is one. */
  readonly body?: unknown;
}

/** A request that failed: the gateway refused it, the run failed, or the client could not reach the gateway. */
export class ClientError extends Error {
  readonly retryable: boolean;
  readonly body?: unknown;

  /** @param code an error code of the gateway, including codes that this version does not know, or of the client. */
  constructor(
    readonly code: ErrorCode | ClientErrorCode | (string & {}),
    message: string,
    { cause, retryable = false, body }: ClientErrorOptions = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'ClientError';
    this.retryable = retryable;
    this.body = body;
  }
}
