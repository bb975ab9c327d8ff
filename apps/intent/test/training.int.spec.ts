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
function check(path: string): Promise<{ readonly code: number; readonly said: string }> {
  const { home, root } = loadConfig(baseConfig);
  const env = { LLMOS_HOME: home, LLMOS_ROOT: root };
  return new Promise((resolve) => {
    execFile(process.execPath, [TRAIN, '--check', path], { env }, (error, stdout) => {
      resolve({ code: error ? Number(error.code) : 0, said: stdout });
    });
  });
}

describe('the committed head', () => {
  it('is what the training code gives today', async () => {
    expect(await check(HEAD_PATH)).toEqual({ code: 0, said: 'same\n' });
  }, 300_000);

  it('is told from one that training did not give', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'intent-head-'));
    try {
      const files = await readHead(HEAD_PATH);
      const weights = decodeHead(files);
      weights.lexical.weights[0]! += 1;
      const witness = { ...(files.description.provenance.witness as object), radialNorm: 1 };
      const provenance = { ...files.description.provenance, witness };
      const path = join(folder, 'other.json');
      await writeHead(path, encodeHead(weights, { model: 'other', provenance, binFile: 'other.bin' }));
      const { code, said } = await check(path);
      expect(code).toBe(1);
      expect(said).toMatch(/an n-gram weight is off by/);
      expect(said).toMatch(/its small head had radialNorm 1, now/);
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 300_000);
});
