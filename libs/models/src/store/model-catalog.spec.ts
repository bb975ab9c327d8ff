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

  it('requires a hash, or for an unverified model a secure address', () => {
    expect(problem(catalogOf(`        sources: ['https://example.com/a']`))).toContain('a sha256 is missing');
    const unverified = '    unverified: true\n';
    expect(ModelCatalog.parse(catalogOf(`        sources: ['https://example.com/a']`, unverified)).names).toEqual([
      'm',
    ]);
    expect(problem(catalogOf(`        sources: ['http://example.com/a']`, unverified))).toContain(
      'needs an https address',
    );
  });

  it('refuses names that could lead outside the store', () => {
    expect(problem(catalogOf('').replace('model.bin', '../model.bin'))).toContain('a file name has no folders in it');
    expect(problem(catalogOf('').replace('  m:', '  ../m:'))).toContain('models');
  });
});
