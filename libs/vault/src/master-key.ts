import { newMasterKeyPem, RsaKeyService } from '@llmos/privacy';
import { link, mkdir, open, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

const OWNER_ONLY = 0o600;
const OTHERS = 0o077;

/**
 * Opens the master key in a file; where there is none and `mayCreate`, makes one (RSA 3072, mode 0600). Processes that
 * race agree on one: a file appears whole or not at all, and the first stays.
 *
 * @throws Error when others than its owner may read it, when it is no RSA key of 3072 bits, or when it is not there
 *   and may not be made.
 */
export async function openMasterKey(path: string, mayCreate: boolean): Promise<RsaKeyService> {
  const pem = await readOwn(path);
  if (pem !== undefined) return RsaKeyService.fromPem(pem);
  if (!mayCreate) {
    throw new Error(
      `the master key ${path} is missing, and data keys are wrapped with it: put it back from its backup`,
    );
  }
  await createOnce(path, await newMasterKeyPem());
  const made = await readOwn(path);
  if (made === undefined) throw new Error(`the master key ${path} went away as soon as it was made`);
  return RsaKeyService.fromPem(made);
}

/** Checks and reads through one handle, so that what was checked is what is read. */
async function readOwn(path: string): Promise<string | undefined> {
  const file = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!file) return undefined;
  try {
    const { mode } = await file.stat();
    if ((mode & OTHERS) !== 0) {
      throw new Error(`others can read the master key ${path}: it is not used; say 'chmod 600' and change the key`);
    }
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

/** A link to a finished file is made in one step, and not where there is one already. */
async function createOnce(path: string, pem: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.${Date.now()}`;
  await writeFile(draft, pem, { mode: OWNER_ONLY, flag: 'wx', flush: true });
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
