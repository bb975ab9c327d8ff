import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const memberSchema = z.object({
  name: z.string(),
  /** Absent while it is being started again. */
  pid: z.number().int().optional(),
  /** Where it answers /healthz and /readyz; absent until it has said so. */
  url: z.string().optional(),
});

export const stateSchema = z.object({
  /** The supervisor. */
  pid: z.number().int(),
  startedAt: z.string(),
  /** The gateway's address; absent while it starts. */
  url: z.string().optional(),
  natsUrl: z.string().optional(),
  natsPid: z.number().int().optional(),
  tracesUrl: z.string().optional(),
  services: z.array(memberSchema),
});
export type InstanceState = z.infer<typeof stateSchema>;

/** What runs, written for the other commands: there while a supervisor is, gone when it has stopped. */
export class StateFile {
  constructor(readonly path: string) {}

  /** The state that was last written, undefined when there is none or it cannot be read. */
  read(): InstanceState | undefined {
    try {
      return stateSchema.parse(JSON.parse(readFileSync(this.path, 'utf8')));
    } catch {
      return undefined;
    }
  }

  /** Makes the file; false when it is there already. Of two processes that try at once, one succeeds. */
  create(state: InstanceState): boolean {
    mkdirSync(dirname(this.path), { recursive: true });
    try {
      writeFileSync(this.path, text(state), { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  }

  /** Replaces the file whole: a reader never sees half of it. */
  write(state: InstanceState): void {
    const fresh = `${this.path}.new`;
    writeFileSync(fresh, text(state), { mode: 0o600 });
    renameSync(fresh, this.path);
  }

  remove(): void {
    rmSync(this.path, { force: true });
    rmSync(`${this.path}.new`, { force: true });
  }
}

const text = (state: InstanceState) => `${JSON.stringify(state, undefined, 2)}\n`;
