import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { baseConfig, loadConfig } from '@llmos/config';
import { decodeRelevance, encodeRelevance, readRelevance, writeRelevance } from '../src/relevance/relevance-file.js';

const MODEL_PATH = fileURLToPath(new URL('../model/relevance.json', import.meta.url));
const TRAIN = fileURLToPath(new URL('../training/train.ts', import.meta.url));
const LIMIT_MS = 900_000;

/** Runs the real command in a process of its own: training is many times slower inside the test runner. */
function check(path: string): Promise<{ readonly code: number; readonly output: string }> {
  const { home, root } = loadConfig(baseConfig);
  const env = { LLMOS_HOME: home, LLMOS_ROOT: root };
  return new Promise((resolve) => {
    execFile(process.execPath, [TRAIN, '--check', path], { env }, (error, stdout) => {
      resolve({ code: error ? Number(error.code) : 0, output: stdout.trim().split('\n').at(-1) ?? '' });
    });
  });
}

describe('The committed relevance model', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'relevance-model-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it(
    'is what the training code produces today',
    async () => {
      expect(await check(MODEL_PATH)).toEqual({ code: 0, output: 'same' });
    },
    LIMIT_MS,
  );

  it(
    'is distinguished from a model that the training code did not produce',
    async () => {
      const files = await readRelevance(MODEL_PATH);
      const model = decodeRelevance(files);
      const path = join(folder, 'other.json');
      await writeRelevance(
        path,
        encodeRelevance(
          { ...model, threshold: model.threshold + 0.1 },
          { ...files.description, file: 'other.safetensors' },
        ),
      );
      const { code, output } = await check(path);
      expect(code).toBe(1);
      expect(output).toMatch(/different: by up to 0\.1/);
    },
    LIMIT_MS,
  );
});
