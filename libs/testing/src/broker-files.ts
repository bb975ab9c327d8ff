import type { Dirent } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

const LISTINGS = 20;

/**
 * The files of a broker's store that contain a text, to verify that data is sealed or removed. Reads the folder of the
 * store from the arguments of the process, so it works on Linux only. Files that the broker removes or renames meanwhile
 * are skipped.
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

/** A folder that disappears during the listing aborts it; then the listing is repeated. */
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
