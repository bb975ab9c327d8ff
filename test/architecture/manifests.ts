import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { ROOT } from './workspace-copy.js';

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** Every app and library, by its folder. */
export function projectFolders(): string[] {
  return ['apps', 'libs'].flatMap((kind) => readdirSync(join(ROOT, kind)).map((name) => join(kind, name)));
}

export function readManifest(folder: string, root = ROOT): Manifest {
  return JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
}

/** Only tests import it, so what is installed for development is there for it. */
const OF_TESTS = join('libs', 'testing');

/** The packages that a project's own source imports, tests aside, with the versions that this repository uses. */
export function importedPackages(folder: string, root = ROOT): Record<string, string> {
  const versions = knownVersions(folder === OF_TESTS);
  const names = new Set(sourceFiles(join(root, folder, 'src')).flatMap(packagesOf));
  return Object.fromEntries(
    [...names].sort().map((name) => [name, versions.get(name) ?? `unknown: add ${name} to the root package.json`]),
  );
}

function sourceFiles(source: string): string[] {
  if (!existsSync(source)) return [];
  return readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
    .map((file) => join(source, file));
}

function packagesOf(file: string): string[] {
  return ts
    .preProcessFile(readFileSync(file, 'utf8'))
    .importedFiles.map(({ fileName }) => fileName)
    .filter((specifier) => !specifier.startsWith('.') && !isBuiltin(specifier))
    .map((specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'));
}

/** Third-party versions stand in the root manifest, which the lock file resolves; libraries have their own. */
function knownVersions(isOfTests: boolean): Map<string, string> {
  const root = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
  const libraries = readdirSync(join(ROOT, 'libs')).map((name) => readManifest(join('libs', name)));
  return new Map([
    ...Object.entries({ ...root.dependencies, ...(isOfTests ? root.devDependencies : {}) }),
    ...libraries.map(({ name, version }) => [name, version] as const),
  ]);
}

/** Every package that an app needs at run time, its libraries' packages included. */
export function runtimeClosure(folder: string): Set<string> {
  const lock = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, LockedPackage>;
  };
  const found = new Set<string>();
  const visit = (dependencies: Readonly<Record<string, string>> = {}) => {
    for (const name of Object.keys(dependencies)) {
      if (found.has(name)) continue;
      found.add(name);
      const { resolved, link, ...locked } = lock.packages[`node_modules/${name}`] ?? {};
      const library = link && resolved ? readManifest(resolved) : locked;
      visit(library.dependencies);
    }
  };
  visit(readManifest(folder).dependencies);
  return found;
}

interface LockedPackage {
  readonly resolved?: string;
  readonly link?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}
