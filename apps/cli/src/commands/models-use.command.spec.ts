import { Instance } from '@llmos/supervisor';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '@llmos/config';
import { CliError } from '../cli-error.js';
import { cliConfig } from '../cli.config.js';
import type { CommandContext } from './context.js';
import { listModels } from './models.command.js';
import { useModels } from './models-use.command.js';

const GB = 1_000_000_000;
const roomy = { total: 32 * GB, free: 30 * GB };

describe('useModels', () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'llmos-use-'));
  });
  afterEach(() => rmSync(home, { recursive: true, force: true }));

  function contextOf(variables: NodeJS.ProcessEnv = {}): CommandContext & { readonly lines: string[] } {
    const config = loadConfig(cliConfig, { LLMOS_HOME: home, ...variables });
    const lines: string[] = [];
    const line = (text = '') => void lines.push(text);
    const terminal = { line, write: line, note: line, interactive: false };
    return { config, terminal, lines, instance: new Instance(home, config.root) };
  }

  it('chooses a model for the next start, and says what it needs, part by part', async () => {
    const context = contextOf();
    await expect(useModels(context, ['generation=qwen2.5-1.5b'], {}, roomy)).resolves.toBe(0);
    expect(context.instance.models.read()).toEqual({ generation: 'qwen2.5-1.5b' });
    expect(context.lines).toEqual([
      'qwen2.5-1.5b needs about 1755 MB of memory: ' +
        '1117 MB weights + 176 MB context + 311 MB work space + 150 MB process.',
      'This machine has 32000 MB, of which 30000 MB are free.',
      '✓ generation: qwen2.5-1.5b (1117 MB to download); `npx llmos up` uses it',
    ]);
  });

  it('refuses a model that needs more than the machine has, names both figures, and chooses nothing', async () => {
    const context = contextOf();
    const use = useModels(context, ['generation=qwen2.5-7b'], {}, { total: 4 * GB, free: 3 * GB });
    await expect(use).rejects.toThrow('qwen2.5-7b needs about 5497 MB of memory, and this machine has 4000 MB');
    await expect(use).rejects.toBeInstanceOf(CliError);
    await expect(use).rejects.toMatchObject({ hint: expect.stringContaining('--force') as string });
    expect(context.instance.models.read()).toEqual({});
  });

  it('refuses a model that needs more than is free, and names both figures', async () => {
    const use = useModels(contextOf(), ['generation=qwen2.5-7b'], {}, { total: 8 * GB, free: 3 * GB });
    await expect(use).rejects.toThrow('qwen2.5-7b needs about 5497 MB of memory, and 3000 MB are free');
    await expect(use).rejects.toMatchObject({ hint: expect.stringContaining('stop other programs') as string });
  });

  it('counts the context of the settings', async () => {
    const context = contextOf({ LLMOS_GENERATION_CONTEXT: '32768', LLMOS_GENERATION_SEQUENCES: '16' });
    const use = useModels(context, ['generation=smollm2-135m'], {}, { total: 16 * GB, free: 10 * GB });
    await expect(use).rejects.toThrow('smollm2-135m needs about 12429 MB of memory, and 10000 MB are free');
  });

  it('chooses a model that does not fit when it must, and says so', async () => {
    const context = contextOf();
    await useModels(context, ['generation=qwen2.5-7b'], { force: true }, { total: 4 * GB, free: 3 * GB });
    expect(context.instance.models.read()).toEqual({ generation: 'qwen2.5-7b' });
    expect(context.lines.join('\n')).toContain('it is chosen all the same (--force)');
  });

  it('does not check the memory of a model that a device holds', async () => {
    const context = contextOf({ LLMOS_GENERATION_GPU: 'cuda' });
    await useModels(context, ['generation=qwen2.5-7b'], {}, { total: GB, free: GB });
    expect(context.lines[0]).toContain('memory is not checked');
  });

  it('says that a variable of the environment comes first', async () => {
    const context = contextOf({ LLMOS_GENERATION_MODEL: 'smollm2-360m' });
    await useModels(context, ['generation=qwen2.5-0.5b'], {}, roomy);
    expect(context.lines.at(-1)).toContain('LLMOS_GENERATION_MODEL=smollm2-360m is set, and comes first');
    await useModels(context, [], {});
    expect(context.lines.at(-1)).toMatch(/generation +smollm2-360m +set by LLMOS_GENERATION_MODEL/);
  });

  it.each([
    ['generation', '"generation" is not <use>=<model>'],
    ['=qwen2.5-0.5b', '"=qwen2.5-0.5b" is not <use>=<model>'],
    ['speech=piper-joe', "no model can be chosen for 'speech'"],
    ['generation=minilm', 'minilm is a model for embeddings, not for generation'],
    ['generation=gpt', 'There is no model "gpt" in the catalog'],
  ])('refuses %s', async (assignment, problem) => {
    const context = contextOf();
    await expect(useModels(context, ['embeddings=minilm', assignment], {}, roomy)).rejects.toThrow(problem);
    expect(context.instance.models.read()).toEqual({});
  });

  it('the list shows the size of every model, and what each language model needs in memory', async () => {
    const context = contextOf();
    await listModels(context, {});
    expect(context.lines.join('\n')).toMatch(/qwen2\.5-7b +generation +4683 MB +5497 MB +Apache-2\.0/);
    await listModels(context, { json: true });
    const models = JSON.parse(context.lines.at(-1)!) as { name: string; sizeBytes?: number; memoryBytes?: number }[];
    expect(models.find(({ name }) => name === 'qwen2.5-7b')).toMatchObject({ memoryBytes: 5_496_822_848 });
    expect(models.find(({ name }) => name === 'minilm')).not.toHaveProperty('memoryBytes');
  });
});
