import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { env, InferenceSession } from 'onnxruntime-node';
import { withFileLock } from './file-lock.js';
import { hashFile } from './hashed-file.js';

/** Changes whenever the same files are to give another graph. */
const FORMAT = 1;
const GRAPH = 'model.onnx';
const WEIGHTS = 'weights.bin';

/**
 * The path of a model as the engine has optimised it, with its weights in a file beside it; made where it is missing.
 *
 * An engine that optimises while it loads unfolds int8 weights to float32 in the memory of every process. Those of the file
 * are mapped: one copy in the page cache for all processes, of which only what is read takes memory. A session starts
 * sooner, and what it computes is the same to the bit.
 *
 * Any number of processes may ask at once: one makes it, the others wait. `folder` may be deleted at any time.
 *
 * @param folder `<folder>/<engine's version>/<hash of the parts>/`
 * @param parts paths of all files that the model comes from
 * @param read the model's path or bytes; asked only where it has to be made
 */
export async function optimisedModel(
  folder: string,
  parts: readonly string[],
  read: () => Promise<string | Uint8Array>,
): Promise<string> {
  const place = join(folder, env.versions.node ?? 'unknown', await keyOf(parts));
  const path = join(place, GRAPH);
  if (existsSync(path)) return path;
  await mkdir(dirname(place), { recursive: true });
  await withFileLock(`${place}.lock`, async () => {
    if (!existsSync(path)) await make(place, await read());
  });
  return path;
}

async function keyOf(parts: readonly string[]): Promise<string> {
  const hashes: string[] = [];
  for (const part of parts) hashes.push((await hashFile(part)).sha256);
  return createHash('sha256')
    .update([FORMAT, ...hashes].join())
    .digest('hex');
}

/** What has the name is whole: it is written elsewhere and gets the name in one step. */
async function make(place: string, model: string | Uint8Array): Promise<void> {
  const draft = await mkdtemp(`${place}-`);
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
    for (const name of [WEIGHTS, GRAPH]) await sync(join(draft, name));
    await rename(draft, place);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function sync(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
