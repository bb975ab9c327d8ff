import { createHash, randomBytes, randomUUID } from 'node:crypto';
import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { SupervisorError } from '../supervisor-error.js';

export interface StorageKeyOptions {
  /** LLMOS_HOME. The key lies in its folder `keys`, apart from the broker's data. */
  readonly home: string;
  readonly brokerFolder: string;
  /** `LLMOS_ENCRYPTION`. Encrypted data stays encrypted either way. */
  readonly encryption: boolean;
}

const KEY_BYTES = 32;
const KEY = /^[\w-]{43}$/;

/**
 * The file of the key that encrypts the broker's files (`jetstream { cipher, key }`), made on first use and readable by
 * this user alone. The id of the key is stored beside the data, so that a lost key is noticed: nats-server would ignore
 * every stream that it cannot decrypt, and the services would create empty ones.
 *
 * @returns undefined when the files are not encrypted.
 * @throws SupervisorError when the key that the data needs is absent, or the file holds no key.
 */
export function storageKeyFile({ home, brokerFolder, encryption }: StorageKeyOptions): string | undefined {
  const keyFile = join(home, 'keys', 'broker.key');
  const idFile = join(brokerFolder, 'key-id');
  const needed = existsSync(idFile) ? readFileSync(idFile, 'utf8').trim() : undefined;
  if (needed === undefined && !encryption) return undefined;
  if (needed === undefined && !existsSync(keyFile)) writeOnce(keyFile, randomBytes(KEY_BYTES).toString('base64url'));
  const key = existsSync(keyFile) ? readFileSync(keyFile, 'utf8').trim() : undefined;
  if (key !== undefined && !KEY.test(key))
    throw new SupervisorError(
      `${keyFile} holds no key`,
      'restore it from its backup; remove it if there is no data yet',
    );
  if (key === undefined || (needed !== undefined && needed !== idOf(key)))
    throw new SupervisorError(
      `The broker's data is encrypted with the key ${needed}, and ${keyFile} ` +
        (key === undefined ? 'does not exist' : `has ${idOf(key)}`),
      'restore the key file from its backup, or name another LLMOS_HOME',
    );
  if (needed === undefined) writeOnce(idFile, idOf(key));
  return keyFile;
}

/** Identifies a key without revealing anything of it. */
function idOf(key: string): string {
  return createHash('sha256').update(`broker-key:${key}`).digest('hex').slice(0, 16);
}

/** Writes a file completely or not at all, and syncs it. When two processes write at once, the first file stays. */
function writeOnce(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}`;
  const file = openSync(draft, 'wx', 0o600);
  try {
    writeSync(file, `${text}\n`);
    fsyncSync(file);
    linkSync(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    closeSync(file);
    rmSync(draft);
  }
  syncFolder(dirname(path));
}

/** A new file name is on disk once its folder is synced. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
