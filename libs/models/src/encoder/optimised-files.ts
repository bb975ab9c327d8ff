import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { hashFile } from '../store/hashed-file.js';

export const GRAPH = 'model.onnx';
export const WEIGHTS = 'weights.bin';
/** The hashes of the two files when they were written. */
const HASHES = 'sha256.json';

export async function writeHashes(place: string): Promise<void> {
  const hashes: Record<string, string> = {};
  for (const name of [GRAPH, WEIGHTS]) hashes[name] = (await hashFile(join(place, name))).sha256;
  await writeFile(join(place, HASHES), JSON.stringify(hashes), { flush: true });
}

/** Hashes every optimised model under `folder` again: each file by its path there, and whether it is unchanged. */
export async function verifyOptimised(folder: string, signal?: AbortSignal): Promise<Map<string, boolean>> {
  const found = new Map<string, boolean>();
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  for (const { name, parentPath } of entries) {
    if (name !== HASHES) continue;
    const hashes = JSON.parse(await readFile(join(parentPath, HASHES), 'utf8')) as Record<string, string>;
    for (const [file, sha256] of Object.entries(hashes)) {
      const path = join(parentPath, file);
      const digest = await hashFile(path, signal).catch(() => undefined);
      found.set(relative(folder, path), digest?.sha256 === sha256);
    }
  }
  return found;
}
