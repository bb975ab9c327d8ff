import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new LLMOS_HOME beside a folder of programs that only say their version. */
export class FakePrograms {
  readonly home = realpathSync(mkdtempSync(join(tmpdir(), 'llmos-find-')));
  readonly folder = join(this.home, 'programs');
  /** The folder, and that of the shell. */
  readonly searchPath = `${this.folder}:/bin`;

  constructor() {
    mkdirSync(this.folder);
  }

  /** @returns the path of the new program. */
  add(name: string, script: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  /** Removes the home with all that is in it. */
  remove(): void {
    rmSync(this.home, { recursive: true });
  }
}
