import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyWorkspace, nx, nxSucceeds, type WorkspaceCopy } from './workspace-copy.js';

describe('a generated service', () => {
  let copy: WorkspaceCopy;
  let before: Set<string>;

  beforeAll(async () => {
    copy = await copyWorkspace();
    before = await filesOf(copy.root);
  }, 60_000);
  afterAll(() => copy?.remove());

  it('touches only its own app, its contract and one pipeline', async () => {
    await nxSucceeds(copy.root, ['generate', 'service', 'text', '--verb', 'shout', '--no-interactive']);
    const after = await filesOf(copy.root);
    const made = [...after].filter((file) => !before.has(file));
    expect(made.filter((file) => !file.startsWith('apps/text/')).sort()).toEqual([
      'deploy/pipelines/text.yaml',
      'libs/contracts/src/capabilities/text.ts',
    ]);
    expect(made).toEqual(
      expect.arrayContaining(['apps/text/README.md', 'apps/text/src/main.ts', 'apps/text/test/text.int.spec.ts']),
    );
    expect([...before].filter((file) => !after.has(file))).toEqual([]);
    expect((await readFile(join(copy.root, 'apps/text/README.md'), 'utf8')).split('\n').length).toBeLessThanOrEqual(60);
  }, 30_000);

  it('builds, answers, is traced and passes its tests as it was made', async () => {
    await nxSucceeds(copy.root, ['run-many', '-t', 'build', '--projects', 'tag:type:lib,text', '--outputStyle=static']);
    const output = await nxSucceeds(copy.root, ['test', 'text', '--outputStyle=static']);
    expect(output).toMatch(/Tests: +4 passed, 4 total/);
    expect(existsSync(join(copy.root, 'apps/text/dist/main.js'))).toBe(true);
  }, 180_000);

  it('passes lint', async () => {
    await nxSucceeds(copy.root, ['lint', 'text', '--outputStyle=static']);
  }, 60_000);

  it('does not overwrite what is there, and says so', async () => {
    const { code, output } = await nx(copy.root, ['generate', 'service', 'text', '--no-interactive']);
    expect(code).not.toBe(0);
    expect(output).toContain("There is a project 'text' already");
  }, 30_000);

  it.each(['Text', 'text-shout', '../text', '7up'])(
    'refuses the name %p and writes nothing',
    async (name) => {
      const files = await filesOf(copy.root);
      const { code, output } = await nx(copy.root, ['generate', 'service', name, '--no-interactive']);
      expect(code).not.toBe(0);
      expect(output).toContain(`'${name}' cannot be the name`);
      expect(await filesOf(copy.root)).toEqual(files);
    },
    30_000,
  );
});

const MADE_BY_TOOLS = /^(node_modules|\.nx)\/|\/dist\//;

async function filesOf(root: string): Promise<Set<string>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  return new Set(files.filter((file) => !MADE_BY_TOOLS.test(file)));
}
