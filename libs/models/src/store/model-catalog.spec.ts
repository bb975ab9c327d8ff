import { LlmosError } from '@llmos/contracts';
import { ModelCatalog } from './model-catalog.js';

const hash = 'a'.repeat(64);
const catalogOf = (file: string, model = ''): string => `models:
  m:
    use: asr
    description: a test
    licence: MIT
${model}    files:
      model:
        filename: model.bin
${file}`;

function problem(text: string): string {
  try {
    ModelCatalog.parse(text);
  } catch (error) {
    expect(error).toBeInstanceOf(LlmosError);
    return (error as LlmosError).message;
  }
  throw new Error('the catalog was accepted');
}

describe('ModelCatalog', () => {
  it('reads every kind of source', () => {
    const sources = [
      'path: a/b',
      'pip: { package: p, version: 1.0.0, member: p/a.bin }',
      'hf:org/repo@main#a/b.bin',
      'https://example.com/a',
    ];
    const catalog = ModelCatalog.parse(
      catalogOf(
        `        sha256: ${hash}\n        sources: [${sources.map((s, i) => (i < 2 ? `{ ${s} }` : `'${s}'`)).join(', ')}]`,
      ),
    );
    expect(catalog.files('m', 'linux-x64')[0]).toMatchObject({
      key: 'model',
      filename: 'model.bin',
      executable: false,
      sha256: hash,
    });
    expect(catalog.files('m', 'linux-x64')[0]?.sources).toHaveLength(4);
  });

  it('picks the content for the platform, and lists the platforms if there is none', () => {
    const content = `{ filename: model.exe, sha256: ${hash}, sources: [{ path: x }] }`;
    const catalog = ModelCatalog.parse(catalogOf(`        platforms: { win32-x64: ${content} }`));
    expect(catalog.files('m', 'win32-x64')[0]).toMatchObject({ filename: 'model.exe', sha256: hash });
    expect(() => catalog.files('m', 'linux-x64')).toThrow('does not exist for linux-x64, only for: win32-x64');
  });

  it('lists the known models in the error for an unknown one', () => {
    const catalog = ModelCatalog.parse(catalogOf(`        sha256: ${hash}\n        sources: [{ path: x }]`));
    expect(() => catalog.model('n')).toThrow('There is no model "n" in the catalog. It has: m.');
    expect(() => catalog.model('constructor')).toThrow('There is no model');
  });

  it('names the line of a mistake', () => {
    expect(problem(catalogOf(`        sha256: abc\n        sources: [{ path: x }]`))).toContain(
      'line 9: models.m.files.model.sha256: a sha256 has',
    );
    expect(problem(catalogOf(`        sha256: ${hash}\n        sources: ['hf:org/../x']`))).toMatch(
      /line 10: .*a source is/,
    );
    expect(problem('models: [')).toMatch(/line 1: /);
  });

  it('accepts no file without a hash, for any platform', () => {
    const address = `sources: ['https://example.com/a']`;
    expect(problem(catalogOf(`        ${address}`))).toContain('a sha256 is missing');
    expect(problem(catalogOf(`        platforms: { linux-x64: { ${address} } }`))).toMatch(/sha256/);
  });

  it('ships models whose every file has a hash, a size and, from a hub, a fixed revision', async () => {
    const catalog = await ModelCatalog.read('deploy/models.yaml');
    const files = catalog.names.flatMap((name) => catalog.files(name, 'linux-x64'));
    expect(files.length).toBeGreaterThan(15);
    for (const { sha256, sizeBytes, sources } of files) {
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(sizeBytes).toBeGreaterThan(0);
      const references = sources.filter((source) => typeof source === 'string' && source.startsWith('hf:'));
      for (const reference of references) expect(reference).toMatch(/@[0-9a-f]{40}#/);
    }
  });

  it('ships language models of permissive licences, with the sizes that their memory follows from', async () => {
    const catalog = await ModelCatalog.read('deploy/models.yaml');
    const models = catalog.names.map((name) => catalog.model(name)).filter(({ use }) => use === 'generation');
    expect(models.length).toBeGreaterThan(5);
    for (const { licence, shape } of models) {
      expect(['Apache-2.0', 'MIT']).toContain(licence);
      expect(shape).toBeDefined();
    }
  });

  it('refuses names that could lead outside the store', () => {
    expect(problem(catalogOf('').replace('model.bin', '../model.bin'))).toContain('a file name has no folders in it');
    expect(problem(catalogOf('').replace('  m:', '  ../m:'))).toContain('models');
  });
});
