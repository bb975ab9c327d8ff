import { isLlmosError, LlmosError } from '@llmos/contracts';
import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { errors } from '@nats-io/transport-node';

/** Codes of nats-server (`server/errors.json`) that the client has no names for. */
const SERVER_CODES = {
  storageResourcesExceeded: 10047,
  streamStoreFailed: 10077,
  streamWrongLastMessageId: 10070,
  consumerAlreadyExists: 10148,
  streamNameExists: 10058,
  tooManyRequests: 10167,
} as const;

const STREAM_FULL: readonly number[] = [
  SERVER_CODES.streamStoreFailed,
  SERVER_CODES.storageResourcesExceeded,
  SERVER_CODES.tooManyRequests,
];

/** A stream, consumer or message does not exist. */
export function isNotFound(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.status === 404;
}

/** A compare-and-set found another revision than the expected one. */
export function isWrongRevision(error: unknown): boolean {
  return (
    hasApiCode(error, JetStreamApiCodes.StreamWrongLastSequence) ||
    hasApiCode(error, JetStreamApiCodes.StreamWrongLastSequenceUnknown)
  );
}

/** A publish that expected another last message id than the stream has. */
export function isWrongLastMessageId(error: unknown): boolean {
  return hasApiCode(error, SERVER_CODES.streamWrongLastMessageId);
}

/** A stream of this name exists with another configuration. */
export function isNameTaken(error: unknown): boolean {
  return hasApiCode(error, SERVER_CODES.streamNameExists);
}

export function isConsumerAlreadyThere(error: unknown): boolean {
  return hasApiCode(error, SERVER_CODES.consumerAlreadyExists);
}

/** The acknowledgement of a publish reports that the stream is full. */
export function isStreamFull(apiCode: number | undefined): boolean {
  return apiCode !== undefined && STREAM_FULL.includes(apiCode);
}

/** The user of this connection may not publish to, or subscribe to, a subject. */
export function isPermissionViolation(error: unknown): error is InstanceType<typeof errors.PermissionViolationError> {
  return error instanceof errors.PermissionViolationError;
}

function hasApiCode(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}

/** The client or the server rejects the call itself: the same call fails again. */
function isMistake(error: unknown): boolean {
  return (
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof errors.InvalidArgumentError ||
    error instanceof errors.InvalidSubjectError ||
    error instanceof errors.InvalidOperationError ||
    (error instanceof JetStreamApiError && error.status === 400)
  );
}

/**
 * Maps a failed call of the NATS client to an LlmosError. A call without permission and a wrong call are INTERNAL:
 * repeating them does not help, and their detail is for the log. All other failures are temporary: UNAVAILABLE.
 *
 * @param message the message of UNAVAILABLE.
 */
export function brokerError(
  error: unknown,
  message = 'The message broker did not answer in time. Try again.',
): LlmosError {
  if (isLlmosError(error)) return error;
  const cause = error instanceof errors.RequestError && error.cause ? error.cause : error;
  if (isPermissionViolation(cause))
    return new LlmosError('INTERNAL', 'The message broker denies the service this operation.', { cause });
  if (isMistake(cause)) return new LlmosError('INTERNAL', 'The message broker rejected an invalid call.', { cause });
  return new LlmosError('UNAVAILABLE', message, { cause: error });
}

/**
 * Runs calls of the NATS client.
 *
 * @throws LlmosError of {@link brokerError}, or an LlmosError of `work` itself.
 */
export async function viaBroker<T>(work: () => Promise<T>, message?: string): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw brokerError(error, message);
  }
}
