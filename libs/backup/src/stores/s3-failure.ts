import { BackupError } from '../backup-error.js';

/** What the error of a request is about. */
export interface S3Request {
  /** What was to be done, such as `write`. */
  readonly action: string;
  readonly bucket: string;
  /** The address of the object; absent for a request about the bucket. */
  readonly object?: string;
  /** The address of the store; absent for that of AWS. */
  readonly endpoint: string | undefined;
}

interface Reason {
  readonly what: (request: S3Request) => string;
  readonly hint: string;
}

const KEYS = 'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY';
const where = ({ endpoint = 'AWS' }: S3Request) => endpoint;

const OTHER_REGION: Reason = {
  what: ({ bucket }) => `The bucket ${bucket} is in another region`,
  hint: 'name its region in AWS_REGION',
};
const EXPIRED: Reason = {
  what: (request) => `The credentials for ${where(request)} have expired`,
  hint: `set new ones: ${KEYS}, and AWS_SESSION_TOKEN for temporary ones`,
};
const UNKNOWN_KEY: Reason = {
  what: (request) => `${where(request)} does not know this access key`,
  hint: 'check AWS_ACCESS_KEY_ID, and AWS_ENDPOINT_URL',
};
const GONE: Reason = {
  what: ({ object, bucket }) => `${object ?? bucket} is not there`,
  hint: 'it was never there, or has been removed since: name another backup',
};
const DENIED: Reason = {
  what: ({ action, bucket }) => `The store does not allow this key to ${action} in the bucket ${bucket}`,
  hint: 'allow s3:ListBucket, s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload, or use another key',
};

/** By the codes of S3: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const REASONS: Readonly<Record<string, Reason>> = {
  NoSuchBucket: {
    what: (request) => `There is no bucket ${request.bucket} at ${where(request)}`,
    hint: 'make it, or check its name, AWS_REGION and AWS_ENDPOINT_URL: LLM OS makes no buckets',
  },
  InvalidAccessKeyId: UNKNOWN_KEY,
  // Of VersityGW with a single account.
  XAdminUserNotFound: UNKNOWN_KEY,
  SignatureDoesNotMatch: {
    what: (request) => `${where(request)} rejects the signature of the request`,
    hint: 'check AWS_SECRET_ACCESS_KEY, and AWS_REGION',
  },
  RequestTimeTooSkewed: {
    what: (request) => `The clock of this machine differs too much from that of ${where(request)}`,
    hint: 'set the clock, such as with an NTP service',
  },
  CredentialsProviderError: {
    what: () => 'There are no credentials for the store',
    hint: `set ${KEYS}`,
  },
  AbortError: {
    what: ({ action }) => `It was stopped while it was to ${action}`,
    hint: 'run it again',
  },
  NoSuchKey: GONE,
  NotFound: GONE,
  AccessDenied: DENIED,
  Forbidden: DENIED,
  AllAccessDisabled: DENIED,
  ExpiredToken: EXPIRED,
  ExpiredTokenException: EXPIRED,
  InvalidToken: EXPIRED,
  PermanentRedirect: OTHER_REGION,
  AuthorizationHeaderMalformed: OTHER_REGION,
  IllegalLocationConstraintException: OTHER_REGION,
};

/** Explains why a request failed. A message has no key, no signature and no header of the request. */
export function s3Failure(error: unknown, request: S3Request): Error {
  if (error instanceof BackupError) return error;
  const { name = 'Error', message = '', code } = error as { name?: string; message?: string; code?: string };
  const reason = REASONS[name];
  if (reason) return new BackupError(reason.what(request), reason.hint, { cause: error });
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  if (status === undefined)
    return new BackupError(
      `The connection to ${where(request)} failed while it was to ${request.action} (${code ?? (message || name)})`,
      'check AWS_ENDPOINT_URL and the network, then try again',
      { cause: error },
    );
  return new BackupError(
    `${where(request)} did not ${request.action}: ${name}, HTTP status ${status}`,
    status >= 500 ? 'try again later' : 'look for this code in the documentation of the store',
    { cause: error },
  );
}
