import { memoryNeed, ModelStore } from '@llmos/models';
import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { modelFile } from './model-file.js';

const script = resolve(import.meta.dirname, 'fixtures/load-model.process.mjs');

interface Loaded {
  readonly shape: Parameters<typeof memoryNeed>[0]['shape'];
  readonly rssBytes: number;
}

async function load(contextTokens: number, sequences: number): Promise<Loaded> {
  const args = [script, await modelFile(), String(contextTokens), String(sequences)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Loaded;
}

async function entry() {
  const catalogPath = resolve(import.meta.dirname, '../../../deploy/models.yaml');
  const store = await ModelStore.open({ home: join(import.meta.dirname, 'nowhere'), catalogPath });
  return { shape: store.describe('smollm2-135m').shape!, sizeBytes: store.sizeBytes('smollm2-135m')! };
}

const describeOnLinux = process.platform === 'linux' ? describe : describe.skip;

describeOnLinux('the memory of a language model', () => {
  it('follows from sizes that are those in the model file', async () => {
    expect((await load(512, 1)).shape).toEqual((await entry()).shape);
  });

  it('is at most what is stated, beside pages of the file that can be taken back, and not far below', async () => {
    const { shape, sizeBytes } = await entry();
    const small = memoryNeed({ shape, sizeBytes, contextTokens: 1_536, sequences: 4 });
    const large = memoryNeed({ shape, sizeBytes, contextTokens: 8_192, sequences: 4 });
    const [taken, takenMore] = [await load(1_536, 4), await load(8_192, 4)];
    for (const [need, { rssBytes }] of [[small, taken] as const, [large, takenMore] as const]) {
      expect(rssBytes - sizeBytes).toBeLessThan(need.total);
      expect(rssBytes).toBeGreaterThan(0.7 * need.total);
    }
    const more = large.context - small.context;
    expect(Math.abs(takenMore.rssBytes - taken.rssBytes - more) / more).toBeLessThan(0.1);
  });
});
