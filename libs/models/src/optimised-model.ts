import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { env, InferenceSession } from 'onnxruntime-node';
import { withFileLock } from './file-lock.js';
import { GRAPH, WEIGHTS, writeHashes } from './optimised-files.js';

/** Changes whenever the same files are to give another graph. */
const FORMAT = 1;
/** Making one takes a second or two; who waits longer does without. */
const LONGEST_WAIT_MS = 15_000;

/**
 * The path of a model as the engine has optimised it, with its weights in a file beside it; made where it is missing.
 *
 * An engine that optimises while it loads unfolds int8 weights to float32 in the memory of every process. Those of the file
 * are mapped: one copy in the page cache for all processes, of which only what is read takes memory. A session starts
 * sooner, and what it computes is the same to the bit.
 *
 * Any number of processes may ask at once: one makes it, the others wait. What has the name is whole.
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

/** The same, where it has been made. */
export function findOptimisedModel(folder: string, hashes: readonly string[]): string | undefined {
  const path = join(placeOf(folder, hashes), GRAPH);
  return existsSync(path) ? path : undefined;
}

/** Takes one away that does not load. Processes that have mapped it keep what they have. */
export async function removeOptimisedModel(path: string): Promise<void> {
  const place = dirname(path);
  await locked(place, () => rm(place, { recursive: true, force: true }));
}

function placeOf(folder: string, hashes: readonly string[]): string {
  const key = createHash('sha256')
    .update([FORMAT, ...hashes].join())
    .digest('hex');
  return join(folder, `${env.versions.node ?? 'unknown'}-${process.platform}-${process.arch}`, key);
}

function locked(place: string, work: () => Promise<void>): Promise<void> {
  return withFileLock(`${place}.lock`, work, AbortSignal.timeout(LONGEST_WAIT_MS));
}

/** Written elsewhere, it gets its name in one step. Under the lock, so what a killed maker left is nobody's. */
async function make(place: string, model: string | Uint8Array): Promise<void> {
  const draft = `${place}.draft`;
  for (const left of [draft, place]) await rm(left, { recursive: true, force: true });
  await mkdir(draft);
  try {
    // The engine takes a path or bytes, each by its own signature.
    const session = await InferenceSession.create(model as string, {
      // The next level up fits the graph to this machine's processor.
      graphOptimizationLevel: 'extended',
      optimizedModelFilePath: join(draft, GRAPH),
      extra: {
        session: {
          disable_prepacking: '1',
          optimized_model_external_initializers_file_name: WEIGHTS,
          optimized_model_external_initializers_min_size_in_bytes: '1024',
        },
      },
    });
    await session.release();
    for (const name of [WEIGHTS, GRAPH]) await settle(join(draft, name));
    await writeHashes(draft);
    await rename(draft, place);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  }
}

/** On disk before it has its name, and not to be written again. */
async function settle(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  await chmod(path, 0o444);
}
