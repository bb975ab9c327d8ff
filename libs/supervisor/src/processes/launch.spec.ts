import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentFile } from './launch.js';

it('environmentFile writes values that a shell reads unchanged', () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmos-env-'));
  const file = join(folder, 'services.env');
  const variables = { A: 'plain', B: `it's "quoted" $HOME \`ls\` \\n`, C: '' };
  writeFileSync(file, environmentFile(variables));
  const script = '. "$1"; exec "$2" -p "JSON.stringify({ A: process.env.A, B: process.env.B, C: process.env.C })"';
  expect(
    JSON.parse(execFileSync('/bin/sh', ['-c', script, 'sh', file, process.execPath], { encoding: 'utf8' })),
  ).toEqual(variables);
  rmSync(folder, { recursive: true });
});

it('environmentFile removes a variable that the reader has', () => {
  const folder = mkdtempSync(join(tmpdir(), 'llmos-env-'));
  const file = join(folder, 'services.env');
  writeFileSync(file, environmentFile({ A: undefined, B: 'kept' }));
  const script = 'A=inherited; export A; . "$1"; echo "${A-none} $B"';
  expect(execFileSync('/bin/sh', ['-c', script, 'sh', file], { encoding: 'utf8' }).trim()).toBe('none kept');
  rmSync(folder, { recursive: true });
});
