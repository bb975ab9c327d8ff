/** How callers see a failure: its HTTP status, and whether a repetition can succeed. */
export interface ErrorTraits {
  readonly httpStatus: number;
  readonly retryable: boolean;
}

/** Every error code that callers can receive. A new failure gets a line here before it is thrown. */
export const ERRORS = {
  INVALID_ARGUMENT: { httpStatus: 400, retryable: false },
  MALFORMED_JSON: { httpStatus: 400, retryable: false },
  MALFORMED_EVENT: { httpStatus: 400, retryable: false },
  UNAUTHORIZED: { httpStatus: 401, retryable: false },
  NOT_FOUND: { httpStatus: 404, retryable: false },
  UNKNOWN_PIPELINE: { httpStatus: 404, retryable: false },
  METHOD_NOT_ALLOWED: { httpStatus: 405, retryable: false },
  /** The request did not arrive completely in time. */
  REQUEST_TIMEOUT: { httpStatus: 408, retryable: true },
  CANCELLED: { httpStatus: 409, retryable: false },
  CONFLICT: { httpStatus: 409, retryable: false },
  PAYLOAD_TOO_LARGE: { httpStatus: 413, retryable: false },
  UNSUPPORTED_MEDIA: { httpStatus: 415, retryable: false },
  INVALID_AUDIO: { httpStatus: 422, retryable: false },
  /** Speech in a language that the service does not know. */
  UNSUPPORTED_LANGUAGE: { httpStatus: 422, retryable: false },
  /** Screening found an attack, and the pipeline refuses it. */
  CONTENT_REFUSED: { httpStatus: 422, retryable: false },
  /** The run needs more tokens of language models than its caller allows. */
  TOKEN_BUDGET_SPENT: { httpStatus: 422, retryable: false },
  /** The role of the caller does not allow it. */
  FORBIDDEN: { httpStatus: 403, retryable: false },
  /** A privacy budget is spent. */
  BUDGET_SPENT: { httpStatus: 403, retryable: false },
  /** The address, key or tenant is restricted for now; see `message`. */
  RESTRICTED: { httpStatus: 403, retryable: false },
  HEADERS_TOO_LARGE: { httpStatus: 431, retryable: false },
  RATE_LIMITED: { httpStatus: 429, retryable: true },
  INTERNAL: { httpStatus: 500, retryable: false },
  OVERLOADED: { httpStatus: 503, retryable: true },
  UNAVAILABLE: { httpStatus: 503, retryable: true },
  MODEL_LOADING: { httpStatus: 503, retryable: true },
  DEADLINE_EXCEEDED: { httpStatus: 504, retryable: true },
} as const satisfies Record<string, ErrorTraits>;

export type ErrorCode = keyof typeof ERRORS;

/** A failure as callers receive it. It is safe to show to any caller. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryable: boolean;
  /** The path of the field at fault, such as `input.audio`, if there is one. */
  readonly field?: string;
  /** When the same request can succeed, where that is known. */
  readonly retryAfterSeconds?: number;
}

/** An expected failure. `message` is safe to show to the caller; the detail is in `cause` and stays in the log. */
export class LlmosError extends Error {
  readonly field?: string;
  readonly retryAfterSeconds?: number;
  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { cause?: unknown; field?: string; retryAfterSeconds?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'LlmosError';
    this.field = options.field;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }

  get httpStatus(): number {
    return ERRORS[this.code].httpStatus;
  }

  toBody(): ErrorBody {
    return {
      code: this.code,
      message: this.message,
      retryable: this.retryable,
      ...(this.field ? { field: this.field } : {}),
      ...(this.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: this.retryAfterSeconds }),
    };
  }
}

export function isLlmosError(error: unknown): error is LlmosError {
  return error instanceof LlmosError;
}

export function hasCode(error: unknown, code: ErrorCode): error is LlmosError {
  return isLlmosError(error) && error.code === code;
}

/** The trust boundary: a known error passes; an unknown error becomes `INTERNAL` and keeps its detail in `cause`. */
export function toLlmosError(error: unknown): LlmosError {
  if (isLlmosError(error)) return error;
  return new LlmosError('INTERNAL', 'Something failed on our side. The run id finds the detail in the log.', {
    cause: error,
  });
}
