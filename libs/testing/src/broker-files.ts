import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const LISTINGS = 20;

/**
 * The paths of the files of a broker's store that hold a text, to show that something is sealed or gone. The store's
 * folder is read from the process's arguments, so Linux alone. A file that the broker removes or renames meanwhile holds
 * nothing under its old name.
 */
export async function filesHolding(pid: number, text: string): Promise<string[]> {
  const parameters = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0');
  const folder = parameters[parameters.indexOf('-sd') + 1]!;
  const files = (await list(folder)).filter((entry) => entry.isFile());
  const held = await Promise.all(
    files.map(async ({ parentPath, name }) => {
      const content = await readFile(join(parentPath, name)).catch(ignoreAbsent);
      return content?.includes(text) ? [join(parentPath, name)] : [];
    }),
  );
  return held.flat();
}

/** A folder that goes while it is listed ends the listing: it is made again. */
async function list(folder: string): Promise<Dirent[]> {
  for (let attempt = 1; attempt < LISTINGS; attempt++) {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ignoreAbsent);
    if (entries) return entries;
  }
  return readdir(folder, { recursive: true, withFileTypes: true });
}

function ignoreAbsent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
