import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentFile, onLeash, withEnvironment } from './launch.js';

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

describe('a process that is started', () => {
  const SECRET = 'AWS_SECRET_ACCESS_KEY';
  const show = ['/bin/sh', '-c', `echo "\${${SECRET}-none}"`];
  const shownBy = (script: string[]) =>
    execFileSync('/bin/sh', script, { encoding: 'utf8', env: { ...process.env, [SECRET]: 'of the backups' } });

  it('as a program does not get the keys of the store of backups', () => {
    expect(shownBy(onLeash(show))).toBe('none\n');
  });

  it('as a service does not get them either, unless its file has them', () => {
    const folder = mkdtempSync(join(tmpdir(), 'llmos-env-'));
    const file = join(folder, 'service.env');
    writeFileSync(file, environmentFile({}));
    expect(shownBy(withEnvironment(file, show))).toBe('none\n');
    writeFileSync(file, environmentFile({ [SECRET]: 'its own' }));
    expect(shownBy(withEnvironment(file, show))).toBe('its own\n');
    rmSync(folder, { recursive: true });
  });
});
