import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const projects = ['apps', 'libs'].flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)));

/** The files below the folders whose names end so; folders that do not exist have none. */
const filesIn = (folders: readonly string[], end: RegExp): string[] =>
  folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)))
    .filter((file) => end.test(file));

const namesIn = (files: readonly string[], pattern: RegExp): string[] => [
  ...new Set(files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(pattern)].map(([, name]) => name!))),
];

/** A setting is searched for by its whole name, so the documents write it out. */
describe('The settings', () => {
  const configs = filesIn(
    projects.map((project) => join(project, 'src')),
    /config\.ts$/u,
  );
  const declared = namesIn(configs, /setting\(\s*'(LLMOS_[A-Z0-9_]+)'/gu);
  const readmes = projects.map((project) => join(project, 'README.md')).filter((file) => existsSync(file));
  const documents = ['README.md', 'CONTRIBUTING.md', ...readmes, ...filesIn(['docs'], /^docs\/[^/]+\.md$/u)];
  const documented = namesIn(documents, /\b(LLMOS_[A-Z0-9_]+)\b/gu);

  it('are all documented', () => {
    expect(declared.length).toBeGreaterThan(80);
    expect(declared.filter((name) => !documented.includes(name))).toEqual([]);
  });

  it('exist, if they are documented', () => {
    const folders = projects.flatMap((project) => [join(project, 'src'), join(project, 'test')]);
    const sources = filesIn([...folders, 'tools', 'test'], /\.(?:ts|mjs)$/u);
    const known = new Set(namesIn([...sources, 'llmos.mjs'], /\b(LLMOS_[A-Z0-9_]+)\b/gu));
    // The first is of the service that the guide generates; a name that ends so stands for several.
    const unknown = documented.filter((name) => !/^LLMOS_TEXT_|_$/u.test(name) && !known.has(name));
    expect(unknown).toEqual([]);
  });
});
