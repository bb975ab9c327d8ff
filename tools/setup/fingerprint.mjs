import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/** All files that the build reads: sources without specs, the settings of the compiler, the lockfile. */
export function sourceFiles(root) {
  const files = [];
  for (const kind of ['libs', 'apps']) {
    for (const project of foldersIn(join(root, kind))) walk(join(root, kind, project, 'src'), files);
  }
  for (const name of ['.swcrc', 'package-lock.json']) if (existsSync(join(root, name))) files.push(join(root, name));
  return files.sort();
}

/** Changes with the path, size or modification time of a file; costs one stat per file. */
export function quickPrint(root, files) {
  return digest(files.map((file) => `${relative(root, file)} ${statSync(file).size} ${statSync(file).mtimeMs}`));
}

/** Changes only with the path or content of a file. */
export function contentPrint(root, files) {
  return digest(files.flatMap((file) => [relative(root, file), digest([readFileSync(file)])]));
}

/** The folders of projects with sources, relative to the root. */
export function builtProjects(root) {
  return ['libs', 'apps'].flatMap((kind) =>
    foldersIn(join(root, kind))
      .filter((project) => ['index.ts', 'main.ts'].some((entry) => existsSync(join(root, kind, project, 'src', entry))))
      .map((project) => `${kind}/${project}`),
  );
}

export function digest(parts) {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex');
}

function foldersIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);
}

function walk(folder, files) {
  if (!existsSync(folder)) return;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) walk(path, files);
    else if (!entry.name.endsWith('.spec.ts')) files.push(path);
  }
}
