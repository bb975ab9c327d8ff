import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { withFileLock } from '../store/file-lock.js';
import { ENGINE_VERSION, writeOptimised } from '../inference/session.js';
import { GRAPH, WEIGHTS, writeHashes } from './optimised-files.js';

/** To be increased when the same files are to give another graph. */
const FORMAT = 1;
/** Making one takes a second or two; a process that has waited longer continues without. */
const LONGEST_WAIT_MS = 15_000;

/**
 * The path of a model as the engine has optimised it, with its weights in a file beside it; made if it is missing.
 *
 * An engine that optimises while it loads unfolds int8 weights to float32 in the memory of every process. The weights
 * of the file are mapped instead: all processes share one copy in the page cache, and only the pages that are read
 * take memory. A session starts sooner and computes the same to the bit.
 *
 * Any number of processes may ask at once: one makes it, the others wait. A file under its final name is complete.
 *
 * @param folder on a local disk: `<folder>/<engine's version and platform>/<hash>/`
 * @param hashes of everything that the model comes from
 * @param model its path or bytes
 */
export async function optimisedModel(
  folder: string,
  hashes: readonly string[],
  model: string | Uint8Array,
): Promise<string> {
  const place = placeOf(folder, hashes);
  const path = join(place, GRAPH);
  if (existsSync(path)) return path;
  await mkdir(dirname(place), { recursive: true });
  await locked(place, async () => {
    if (!existsSync(path)) await make(place, model);
  });
  return path;
}

/** As {@link optimisedModel}, without making it. */
export function findOptimisedModel(folder: string, hashes: readonly string[]): string | undefined {
  const path = join(placeOf(folder, hashes), GRAPH);
  return existsSync(path) ? path : undefined;
}

/** Removes one that does not load. Processes that have mapped it keep their mapping. */
export async function removeOptimisedModel(path: string): Promise<void> {
  const place = dirname(path);
  await locked(place, () => rm(place, { recursive: true, force: true }));
}

function placeOf(folder: string, hashes: readonly string[]): string {
  const key = createHash('sha256')
    .update([FORMAT, ...hashes].join())
    .digest('hex');
  return join(folder, `${ENGINE_VERSION}-${process.platform}-${process.arch}`, key);
}

function locked(place: string, work: () => Promise<void>): Promise<void> {
  return withFileLock(`${place}.lock`, work, AbortSignal.timeout(LONGEST_WAIT_MS));
}

/**
 * Writes to a draft and renames it in one step. Runs under the lock, so a draft that exists belongs to a killed
 * process.
 */
async function make(place: string, model: string | Uint8Array): Promise<void> {
  const draft = `${place}.draft`;
  for (const left of [draft, place]) await rm(left, { recursive: true, force: true });
  await mkdir(draft);
  try {
    await writeOptimised(model, join(draft, GRAPH), WEIGHTS);
    for (const name of [WEIGHTS, GRAPH]) await seal(join(draft, name));
    await writeHashes(draft);
    await rename(draft, place);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

/** Makes a file durable and read-only. */
async function seal(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await chmod(path, 0o444);
}
