import { basename, resolve } from 'node:path';
import { existsSync, statSync } from 'node:fs';
import { BackupError } from '../backup-error.js';
import type { BackupStore, OnTransfer } from './backup-store.port.js';
import { FolderStore } from './folder-store.js';
import { isS3Address } from './s3-address.js';
import type { S3Settings } from './s3-store.js';

export interface StoreOptions {
  readonly s3: S3Settings;
  /** Where a backup is between this machine and a bucket. */
  readonly workFolder: string;
}

/** Opens a folder, or a bucket if `address` is `s3://bucket/prefix`. The S3 client is loaded only for a bucket. */
export async function openBackupStore(address: string, { s3, workFolder }: StoreOptions): Promise<BackupStore> {
  if (!isS3Address(address)) return new FolderStore(resolve(address));
  const { S3Store } = await import('./s3-store.js');
  return new S3Store(address, s3, workFolder);
}

/** A backup on this machine. */
export interface LocalBackup {
  readonly path: string;
  /** Where it comes from: a path, or the address of an object. */
  readonly origin: string;
  /** Removes what was made for it. */
  close(): void;
}

/**
 * Finds a backup and brings it to this machine.
 *
 * @param from a file, a folder, `s3://bucket/prefix/llmos-….bak` or `s3://bucket/prefix`; of a folder or prefix the newest.
 * @throws BackupError if there is none.
 */
export async function localBackup(
  from: string,
  options: StoreOptions,
  signal: AbortSignal,
  onTransfer?: OnTransfer,
): Promise<LocalBackup> {
  const isObject = isS3Address(from) && from.endsWith('.bak');
  if (!isS3Address(from) && !existsSync(from)) throw noBackups(from);
  // What is no folder is read as a file, and the reader says what is wrong with it.
  if (!isS3Address(from) && !isFolder(from)) return { path: from, origin: from, close: () => undefined };
  const store = await openBackupStore(isObject ? from.slice(0, -basename(from).length - 1) : from, options);
  try {
    const origin = isObject ? from : (await store.list()).at(-1);
    if (origin === undefined) throw noBackups(store.address);
    return { path: await store.bring(origin, signal, onTransfer), origin, close: () => store.close() };
  } catch (error) {
    store.close();
    throw error;
  }
}

function noBackups(place: string): BackupError {
  return new BackupError(
    `There are no backups in ${place}`,
    'name another place, or take one: `npx llmos backup --into <folder or s3://bucket/prefix>`',
  );
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
