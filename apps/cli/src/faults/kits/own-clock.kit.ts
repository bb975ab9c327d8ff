import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kit } from './kit.js';

const LIBRARIES = ['x86_64-linux-gnu', 'aarch64-linux-gnu', '.'].map((folder) =>
  join('/usr/lib', folder, 'faketime/libfaketime.so.1'),
);

/** Each process has a clock that can be set (libfaketime). The broker keeps the machine's: it asks the kernel directly. */
export class OwnClock extends Kit {
  private readonly folder = mkdtempSync(join(tmpdir(), 'llmos-clock-'));

  /** Why this machine cannot have one. */
  static missing(): string | undefined {
    return library() ? undefined : 'libfaketime is not installed (Debian: apt-get install libfaketime)';
  }

  override environmentOf(process: string): Record<string, string> {
    this.set(process, 0);
    return {
      LD_PRELOAD: library()!,
      FAKETIME_TIMESTAMP_FILE: this.fileOf(process),
      FAKETIME_NO_CACHE: '1',
      // Timers go on as before: only the time of day jumps.
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
      DONT_FAKE_MONOTONIC: '1',
    };
  }

  /** @param seconds from the time of the machine. */
  set(process: string, seconds: number): void {
    writeFileSync(this.fileOf(process), `${seconds < 0 ? '-' : '+'}${Math.abs(seconds)}\n`);
  }

  override close(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    return Promise.resolve();
  }

  private fileOf(process: string): string {
    return join(this.folder, process);
  }
}

const library = () => LIBRARIES.find((path) => existsSync(path));
