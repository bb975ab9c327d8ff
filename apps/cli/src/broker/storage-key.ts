import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

/**
 * The key that nats-server encrypts its files with (`jetstream { cipher, key }`): made on first use, readable by this user
 * alone. Which key the data needs is written beside it, so that a lost one is noticed: nats-server would pass over every
 * stream that it cannot open, and the services would make new, empty ones.
 *
 * @returns undefined where nothing is to be encrypted.
 * @throws CliError when the data needs a key that is not there.
 */
export function storageKey({ home, brokerFolder, encryption }: StorageKeyOptions): string | undefined {
  const keyFile = join(home, 'keys', 'broker.key');
  const idFile = join(brokerFolder, 'key-id');
  const needed = read(idFile);
  if (needed === undefined && !encryption) return undefined;
  const key = read(keyFile) ?? (needed === undefined ? create(keyFile) : undefined);
  if (key === undefined || (needed !== undefined && needed !== idOf(key)))
    throw new CliError(
      `The broker's data is encrypted with the key ${needed}, and ${keyFile} ${key === undefined ? 'is not there' : `has ${idOf(key)}`}`,
      'put the key file back from its backup, or name another LLMOS_HOME',
    );
  if (needed === undefined) write(idFile, idOf(key));
  return key;
}

/** Names a key without telling anything of it. */
function idOf(key: string): string {
  return createHash('sha256').update(`broker-key:${key}`).digest('hex').slice(0, 16);
}

/** Of two that come at once the second takes what the first has made. */
function create(path: string): string {
  const key = randomBytes(KEY_BYTES).toString('base64url');
  try {
    write(path, key);
    return key;
  } catch (error) {
    if (existsSync(path)) return readFileSync(path, 'utf8').trim();
    throw error;
  }
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, `${text}\n`, { mode: 0o600, flag: 'wx' });
}

function read(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined;
}
