import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importedPackages, readManifest } from './manifests.js';
import { copyWorkspace, nx, nxSucceeds, type WorkspaceCopy } from './workspace-copy.js';

describe('The service generator', () => {
  let copy: WorkspaceCopy;
  let before: Set<string>;

  beforeAll(async () => {
    copy = await copyWorkspace();
    before = await filesOf(copy.root);
  }, 120_000);
  afterAll(() => copy?.remove());

  const generate = (...args: string[]) => ['generate', 'service', ...args, '--no-interactive'];

  it('writes only the app, its contract and one pipeline', async () => {
    await nxSucceeds(copy.root, generate('text', '--verb', 'shout'));
    const after = await filesOf(copy.root);
    const made = [...after].filter((file) => !before.has(file));
    expect(made.filter((file) => !file.startsWith('apps/text/')).sort()).toEqual([
      'deploy/pipelines/text.yaml',
      'libs/contracts/src/capabilities/text.ts',
    ]);
    expect(made).toEqual(
      expect.arrayContaining(['apps/text/README.md', 'apps/text/src/main.ts', 'apps/text/test/text.int.spec.ts']),
    );
    expect(made).not.toContain('apps/text/src/text.loader.ts');
    expect([...before].filter((file) => !after.has(file))).toEqual([]);
    expect((await readFile(join(copy.root, 'apps/text/README.md'), 'utf8')).split('\n').length).toBeLessThanOrEqual(60);
  }, 120_000);

  it('adds a loader and the settings of a model', async () => {
    await nxSucceeds(copy.root, generate('topic', '--verb', 'choose', '--model', 'minilm'));
    expect(existsSync(join(copy.root, 'apps/topic/src/topic.loader.ts'))).toBe(true);
    expect(await readFile(join(copy.root, 'apps/topic/src/topic.config.ts'), 'utf8')).toMatch(
      /'LLMOS_TOPIC_MODEL', .*'minilm'/,
    );
  }, 120_000);

  it.each(['apps/text', 'apps/topic'])('lists in the package.json of %s what its source imports', (folder) => {
    expect(readManifest(folder, copy.root).dependencies).toEqual(importedPackages(folder, copy.root));
  });

  it('generates services that build, answer, are traced and pass their tests', async () => {
    const projects = ['--projects', 'text,topic', '--outputStyle=static'];
    await nxSucceeds(copy.root, [
      'run-many',
      '-t',
      'build',
      '--projects',
      'tag:type:lib,text,topic',
      '--outputStyle=static',
    ]);
    const output = await nxSucceeds(copy.root, ['run-many', '-t', 'test', '--parallel=1', ...projects]);
    expect(output.match(/Tests: +4 passed, 4 total/g)).toHaveLength(2);
    for (const name of ['text', 'topic']) expect(existsSync(join(copy.root, `apps/${name}/dist/main.js`))).toBe(true);
  }, 360_000);

  it('generates services that pass lint', async () => {
    // One ESLint process for both: each process reads the types of every library.
    await nxSucceeds(copy.root, ['run', 'text:lint', '--command=eslint apps/text apps/topic --max-warnings 0']);
  }, 240_000);

  it('refuses to overwrite a project', async () => {
    const { code, output } = await nx(copy.root, generate('text'));
    expect(code).not.toBe(0);
    expect(output).toContain("The project 'text' already exists");
  }, 120_000);
});

const MADE_BY_TOOLS = /^(node_modules|\.nx)\/|\/dist\//;

async function filesOf(root: string): Promise<Set<string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  return new Set(files.filter((file) => !MADE_BY_TOOLS.test(file)));
}
