import { commandOf } from '@llmos/supervisor';
import { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';

const SHARED = ['models', 'bin', 'compile-cache'];

/**
 * A new home for a copy of the instance, below `<home>/drills`: it has nothing but links to what is only read. What a
 * killed drill left there is removed.
 */
export function drillHome(home: string): string {
  const all = join(home, 'drills');
  mkdirSync(all, { recursive: true, mode: 0o700 });
  for (const left of readdirSync(all))
    if (!/ drill(?: |$)/u.test(commandOf(Number.parseInt(left, 10))))
      rmSync(join(all, left), { recursive: true, force: true });
  const own = join(all, `${process.pid}-${randomUUID().slice(0, 8)}`);
  mkdirSync(own, { mode: 0o700 });
  for (const name of SHARED) if (existsSync(join(home, name))) symlinkSync(join(home, name), join(own, name));
  return own;
}
