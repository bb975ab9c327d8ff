import { createHash, randomBytes } from 'node:crypto';
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
import { CliError } from '../cli-error.js';

export interface StorageKeyOptions {
  /** LLMOS_HOME: the key lies in its folder `keys`, apart from the broker's data. */
  readonly home: string;
  readonly brokerFolder: string;
  /** `LLMOS_ENCRYPTION`; data that is encrypted already stays so. */
  readonly encryption: boolean;
}

const KEY_BYTES = 32;
const KEY = /^[\w-]{43}$/;

/**
 * The file of the key that nats-server encrypts its files with (`jetstream { cipher, key }`): made on first use, readable
 * by this user alone. Which key the data needs is written beside it, so that a lost one is noticed: nats-server would pass
 * over every stream that it cannot open, and the services would make new, empty ones.
 *
 * @returns undefined where nothing is to be encrypted.
 * @throws CliError when the data needs a key that is not there, or the file holds none.
 */
export function storageKeyFile({ home, brokerFolder, encryption }: StorageKeyOptions): string | undefined {
  const keyFile = join(home, 'keys', 'broker.key');
  const idFile = join(brokerFolder, 'key-id');
  const needed = existsSync(idFile) ? readFileSync(idFile, 'utf8').trim() : undefined;
  if (needed === undefined && !encryption) return undefined;
  if (needed === undefined && !existsSync(keyFile)) writeOnce(keyFile, randomBytes(KEY_BYTES).toString('base64url'));
  const key = existsSync(keyFile) ? readFileSync(keyFile, 'utf8').trim() : undefined;
  if (key !== undefined && !KEY.test(key))
    throw new CliError(`${keyFile} holds no key`, 'put it back from its backup; remove it if there is no data yet');
  if (key === undefined || (needed !== undefined && needed !== idOf(key)))
    throw new CliError(
      `The broker's data is encrypted with the key ${needed}, and ${keyFile} ${key === undefined ? 'is not there' : `has ${idOf(key)}`}`,
      'put the key file back from its backup, or name another LLMOS_HOME',
    );
  if (needed === undefined) writeOnce(idFile, idOf(key));
  return keyFile;
}

/** Names a key without telling anything of it. */
function idOf(key: string): string {
  return createHash('sha256').update(`broker-key:${key}`).digest('hex').slice(0, 16);
}

/** On disk before anything is encrypted with it; whole or not at all; of two that come at once the first stays. */
function writeOnce(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}`;
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

/** A new name is on disk when its folder is. */
function syncFolder(path: string): void {
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
