import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { baseConfig, loadConfig } from '@llmos/config';
import { decodeHead, encodeHead, readHead, writeHead } from '../src/head/head-file.js';

const HEAD_PATH = fileURLToPath(new URL('../model/banking77-head.json', import.meta.url));
const TRAIN = fileURLToPath(new URL('../training/train.ts', import.meta.url));

/** Runs the real command in a process of its own: training is many times slower inside the test runner. */
function check(path: string): Promise<{ readonly code: number; readonly output: string }> {
  const { home, root } = loadConfig(baseConfig);
  const env = { LLMOS_HOME: home, LLMOS_ROOT: root };
  return new Promise((resolve) => {
    execFile(process.execPath, [TRAIN, '--check', path], { env }, (error, stdout) => {
      resolve({ code: error ? Number(error.code) : 0, output: stdout });
    });
  });
}

describe('The committed intent head', () => {
  it('is what the training code produces today', async () => {
    expect(await check(HEAD_PATH)).toEqual({ code: 0, output: 'same\n' });
  }, 300_000);

  it('is distinguished from a head that the training code did not produce', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'intent-head-'));
    try {
      const files = await readHead(HEAD_PATH);
      const weights = decodeHead(files);
      weights.lexical.weights[0]! += 1;
      const reference = { ...(files.description.provenance.reference as object), radialNorm: 1 };
      const provenance = { ...files.description.provenance, reference };
      const path = join(folder, 'other.json');
      await writeHead(path, encodeHead(weights, { model: 'other', provenance, file: 'other.safetensors' }));
      const { code, output } = await check(path);
      expect(code).toBe(1);
      expect(output).toMatch(/an n-gram weight is off by/);
      expect(output).toMatch(/its reference head had radialNorm 1, now/);
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 300_000);
});
