import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ModelChoices, modelVariables } from './model-choice.js';

describe('ModelChoices', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'llmos-choice-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('keeps what was chosen, use by use', () => {
    const choices = new ModelChoices(join(folder, 'new'));
    expect(choices.read()).toEqual({});
    choices.write({ generation: 'a' });
    choices.write({ embeddings: 'b' });
    choices.write({ generation: 'c' });
    expect(choices.read()).toEqual({ generation: 'c', embeddings: 'b' });
    expect(readdirSync(join(folder, 'new'))).toEqual(['models.json']);
    // The first command makes the folder, in which passwords are kept later.
    expect(statSync(join(folder, 'new')).mode & 0o077).toBe(0);
  });

  it('chooses nothing by a file that cannot be used', () => {
    writeFileSync(join(folder, 'models.json'), '{"generation": 3}');
    expect(new ModelChoices(folder).read()).toEqual({});
  });
});

it('modelVariables tells each service its model; the environment has the last word', () => {
  expect(modelVariables({ generation: 'a', asr: 'b' }, { generation: 'c' })).toEqual({
    LLMOS_GENERATION_MODEL: 'c',
    LLMOS_ASR_MODEL: 'b',
  });
});
