import { LlmosError, isLlmosError, type ErrorCode } from '@llmos/contracts';

/** Messages of the pool to a worker. */
export type ToWorker =
  | { readonly type: 'call'; readonly id: number; readonly method: string; readonly input: unknown }
  | { readonly type: 'close' };

/** Messages of a worker to its pool. */
export type FromWorker =
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly error: WireError }
  | { readonly type: 'result'; readonly id: number; readonly output: unknown }
  | { readonly type: 'error'; readonly id: number; readonly error: WireError };

/** An error in a message: structured clone would lose its class, code and field. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly code?: ErrorCode;
  readonly field?: string;
  readonly stack?: string;
  readonly cause?: WireError;
}

const MAX_CAUSES = 4;

/** Makes a thrown value cloneable, with its causes up to a depth. */
export function toWireError(thrown: unknown, depth = 0): WireError {
  if (!(thrown instanceof Error)) return { name: 'Error', message: String(thrown) };
  return {
    name: thrown.name,
    message: thrown.message,
    stack: thrown.stack,
    ...(isLlmosError(thrown) ? { code: thrown.code, field: thrown.field } : {}),
    ...(thrown.cause !== undefined && depth < MAX_CAUSES ? { cause: toWireError(thrown.cause, depth + 1) } : {}),
  };
}

/** Restores an error of the class that was thrown: an `LlmosError` with its code, else an `Error`. */
export function fromWireError(wire: WireError): Error {
  const cause = wire.cause && fromWireError(wire.cause);
  const error = wire.code
    ? new LlmosError(wire.code, wire.message, { cause, field: wire.field })
    : new Error(wire.message, cause && { cause });
  error.name = wire.name;
  if (wire.stack) error.stack = wire.stack;
  return error;
}
