import { BackupError } from '../backup-error.js';

const ADDRESS = /^s3:\/\/(?<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(?<prefix>.*))?$/u;

export interface S3Address {
  readonly bucket: string;
  /** Of the keys in the bucket, with a slash at its end; empty for the whole bucket. */
  readonly prefix: string;
}

export function isS3Address(text: string): boolean {
  return text.startsWith('s3://');
}

/** `s3://bucket/some/prefix` → bucket and prefix. @throws BackupError for another form. */
export function parseS3Address(text: string): S3Address {
  const { bucket, prefix = '' } = ADDRESS.exec(text)?.groups ?? {};
  if (bucket === undefined)
    throw new BackupError(`${text} is no address of a bucket`, 'write s3://<bucket> or s3://<bucket>/<prefix>');
  const trimmed = prefix.replace(/^\/+|\/+$/gu, '');
  return { bucket, prefix: trimmed === '' ? '' : `${trimmed}/` };
}
