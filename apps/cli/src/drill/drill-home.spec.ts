import { existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drillHome } from './drill-home.js';

/** Above the largest id of a process on Linux. */
const NO_PROCESS = 2 ** 22 + 1;

it('drillHome links what is only read, and removes what a killed drill has left', () => {
  const home = mkdtempSync(join(tmpdir(), 'llmos-drill-home-'));
  const left = join(home, 'drills', `${NO_PROCESS}-abc`);
  mkdirSync(left, { recursive: true });
  mkdirSync(join(home, 'models'));
  writeFileSync(join(left, 'some.bak'), 'sealed');
  const own = drillHome(home);
  expect(existsSync(left)).toBe(false);
  expect(readlinkSync(join(own, 'models'))).toBe(join(home, 'models'));
  expect(existsSync(join(own, 'bin'))).toBe(false);
  rmSync(own, { recursive: true });
  expect(existsSync(join(home, 'models'))).toBe(true);
  rmSync(home, { recursive: true });
});
