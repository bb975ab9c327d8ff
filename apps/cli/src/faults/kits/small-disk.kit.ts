import type { ServerProgram } from '@llmos/supervisor';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, statSync, writeFileSync, appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { Kit } from './kit.js';

const SIZE_MB = 96;
const MEGABYTE = Buffer.alloc(1_000_000);
/** In a mount namespace of its own: only the broker sees the disk, and it is gone with the broker. */
const UNSHARE = ['unshare', '--mount', '--user', '--map-root-user', '--propagation', 'private'];
const MOUNT = `mount -t tmpfs -o size=${SIZE_MB}m llmos-faults "$0" && exec "$@"`;

/** A small disk (tmpfs) below the broker's data. */
export class SmallDisk extends Kit {
  private folder = '';

  /** Why this machine cannot have one. */
  static missing(): string | undefined {
    const { status, stderr } = spawnSync('unshare', [...UNSHARE.slice(1), 'sh', '-c', MOUNT, '/mnt', 'true'], {
      encoding: 'utf8',
    });
    return status === 0 ? undefined : `no small disk can be mounted: ${stderr?.trim() || 'there is no unshare'}`;
  }

  override broker(program: ServerProgram): ServerProgram {
    return {
      ...program,
      command: (folder) => {
        this.folder = join(folder, 'data');
        mkdirSync(this.folder, { recursive: true });
        return [...UNSHARE, 'sh', '-c', MOUNT, this.folder, ...program.command(folder)];
      },
    };
  }

  /** Writes until nothing fits any more. */
  fill(brokerPid: number): void {
    const file = this.ballast(brokerPid);
    try {
      writeFileSync(file, '');
      for (;;) appendFileSync(file, MEGABYTE);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
    // The last part of a megabyte.
    try {
      for (;;) appendFileSync(file, 'x'.repeat(4_096));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    }
    if (statSync(file).size === 0) throw new Error('the disk of the broker could not be filled');
  }

  empty(brokerPid: number): void {
    rmSync(this.ballast(brokerPid), { force: true });
  }

  private ballast(brokerPid: number): string {
    return join(`/proc/${brokerPid}/root`, this.folder, '..', 'data', 'ballast');
  }
}
