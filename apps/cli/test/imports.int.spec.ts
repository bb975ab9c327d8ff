import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '..', '..', '..');
const SPECIFIER = /(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g;

/** The packages that a built file imports, directly or through other built files, also those that it loads later. */
function packagesOf(entry: string): Set<string> {
  const packages = new Set<string>();
  const seen = new Set<string>();
  const visit = (file: string) => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(SPECIFIER)) {
      const target = builtFile(file, specifier);
      if (target && existsSync(target)) visit(target);
      else packages.add(specifier);
    }
  };
  visit(entry);
  return packages;
}

function builtFile(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return resolve(dirname(from), specifier);
  const [scope, library = '', ...path] = specifier.split('/');
  if (scope !== '@llmos') return undefined;
  return join(ROOT, 'libs', library, 'dist', `${path.join('/') || 'index'}.js`);
}

describe('the llmos command', () => {
  const packages = packagesOf(join(ROOT, 'apps', 'cli', 'dist', 'main.js'));

  it('imports its own packages and those of the libraries', () => {
    expect([...packages]).toEqual(
      expect.arrayContaining(['commander', 'eventsource-parser/stream', '@nats-io/jetstream']),
    );
  });

  it('never loads Nest', () => {
    expect([...packages].filter((name) => /^(@nestjs\/|reflect-metadata|fastify)/.test(name))).toEqual([]);
  });
});
