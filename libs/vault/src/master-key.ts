import { newMasterKeyPem, RsaKeyService } from '@llmos/privacy';
import { randomUUID } from 'node:crypto';
import { link, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/**
 * Opens the master key in a file. If there is none and `mayCreate` is set, it creates one (RSA 3072, mode 0600).
 * Processes that race agree on one key: the file is created atomically, and the first one stays.
 *
 * @throws Error if other users can read the file, if it is not an RSA key of 3072 bits, or if it is missing and may
 *   not be created.
 */
export async function openMasterKey(path: string, mayCreate: boolean): Promise<RsaKeyService> {
  const pem = await readOwn(path);
  if (pem !== undefined) return RsaKeyService.fromPem(pem);
  if (!mayCreate) {
    throw new Error(`the master key ${path} is missing, and data keys are wrapped with it: restore it from its backup`);
  }
  await createOnce(path, await newMasterKeyPem());
  const made = await readOwn(path);
  if (made === undefined) throw new Error(`the master key ${path} was removed as soon as it was created`);
  return RsaKeyService.fromPem(made);
}

/** Checks and reads through one handle, so that the checked file is the one that is read. */
async function readOwn(path: string): Promise<string | undefined> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return undefined;
  try {
    const { mode } = await file.stat();
    if ((mode & OTHERS) !== 0) {
      throw new Error(
        `other users can read the master key ${path}, so it is not used: run 'chmod 600' and change the key`,
      );
    }
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** Links to a complete file: the link is created atomically, and only if the path does not exist. */
async function createOnce(path: string, pem: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, pem, { mode: OWNER_ONLY, flag: 'wx', flush: true });
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
