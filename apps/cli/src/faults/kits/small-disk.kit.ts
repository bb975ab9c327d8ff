import type { ServerProgram } from '@llmos/supervisor';
import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kit } from './kit.js';

const SIZE_MB = 96;
/** What is left at the end is filled in small pieces. */
const PIECES = [Buffer.alloc(1_000_000), Buffer.alloc(4_096)];
/** A user who may not mount is root in a namespace of his own. */
const HINT = 'run it as root, or as `unshare --user --map-root-user --mount npx llmos faults …`';

/** A small disk (tmpfs) below the broker's folder. */
export class SmallDisk extends Kit {
  private folder?: string;

  /** Why this machine cannot have one. */
  static missing(): string | undefined {
    const folder = mkdtempSync(join(tmpdir(), 'llmos-disk-'));
    const failure = mount(folder);
    if (failure === undefined) spawnSync('umount', [folder]);
    rmdirSync(folder);
    return failure === undefined ? undefined : `no small disk can be mounted (${failure}): ${HINT}`;
  }

  override broker(program: ServerProgram): ServerProgram {
    return { ...program, command: (folder) => (this.mountOnce(folder), program.command(folder)) };
  }

  /** Writes until nothing fits any more. */
  fill(): void {
    for (const piece of PIECES) while (appended(this.ballast, piece));
  }

  empty(): void {
    rmSync(this.ballast, { force: true });
  }

  override close(): Promise<void> {
    if (this.folder !== undefined) spawnSync('umount', ['--lazy', this.folder]);
    return Promise.resolve();
  }

  private get ballast(): string {
    if (this.folder === undefined) throw new Error('the broker has not started');
    return join(this.folder, 'ballast');
  }

  private mountOnce(folder: string): void {
    if (this.folder !== undefined) return;
    const data = join(folder, 'data');
    mkdirSync(data, { recursive: true });
    const failure = mount(data);
    if (failure !== undefined) throw new Error(`no small disk can be mounted: ${failure}`);
    this.folder = data;
  }
}

function mount(folder: string): string | undefined {
  const { status, stderr, error } = spawnSync(
    'mount',
    ['-t', 'tmpfs', '-o', `size=${SIZE_MB}m`, 'llmos-faults', folder],
    { encoding: 'utf8' },
  );
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}

/** @returns false if the disk has no room for it. */
function appended(file: string, piece: Buffer): boolean {
  try {
    appendFileSync(file, piece);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return false;
    throw error;
  }
}
