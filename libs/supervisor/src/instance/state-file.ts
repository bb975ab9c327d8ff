import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

/** The state of one process of a service. */
const replicaSchema = z.object({
  /** That of its service for the first, then `intent-2`, `intent-3`. */
  name: z.string(),
  service: z.string().optional(),
  /** `starting`: it will take the place of another. `leaving`: it finishes its last work. */
  phase: z.enum(['starting', 'leaving']).optional(),
  /** Absent while the process restarts. */
  pid: z.number().int().optional(),
  /** The address of /healthz and /readyz; absent until the process has reported it. */
  url: z.string().optional(),
  /** How often it has been started again. */
  restarts: z.number().int().optional(),
  lastDeath: z.object({ at: z.string(), reason: z.string() }).optional(),
  /** The processors that it may use; absent: all. */
  cpus: z.array(z.number().int()).optional(),
});
export type ReplicaState = z.infer<typeof replicaSchema>;

export const stateSchema = z.object({
  /** The process id of the supervisor. */
  pid: z.number().int(),
  startedAt: z.string(),
  /** The gateway's address; absent while it starts. */
  url: z.string().optional(),
  /** The addresses of all brokers, separated by commas. */
  natsUrl: z.string().optional(),
  brokers: z.array(z.object({ name: z.string(), pid: z.number().int().optional(), url: z.string() })).default([]),
  redisUrl: z.string().optional(),
  redisPid: z.number().int().optional(),
  tracesUrl: z.string().optional(),
  /** Where the supervisor takes commands, with the secret that they need. */
  control: z.object({ url: z.string(), token: z.string() }).optional(),
  /** The processes of all services. */
  services: z.array(replicaSchema),
});
export type InstanceState = z.infer<typeof stateSchema>;

/** A state file that another process wrote. */
export interface FoundState {
  readonly text: string;
  readonly ageMs: number;
  /** Undefined when the text is not a state. */
  readonly state?: InstanceState;
}

/** Some file systems have no hard links. */
const NO_LINKS = ['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'];

/** The state of a running supervisor, for other commands; removed when the supervisor stops. */
export class StateFile {
  constructor(readonly path: string) {}

  /** The state; undefined when there is no file, or it cannot be read. */
  read(): InstanceState | undefined {
    try {
      return this.find()?.state;
    } catch {
      return undefined;
    }
  }

  /** The file; undefined when there is none. */
  find(): FoundState | undefined {
    try {
      const text = readFileSync(this.path, 'utf8');
      return { text, ageMs: Date.now() - statSync(this.path).mtimeMs, state: parse(text) };
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  /** Creates the file atomically. @returns false when it exists; of two processes that try at once, one succeeds. */
  create(state: InstanceState): boolean {
    mkdirSync(dirname(this.path), { recursive: true });
    const fresh = `${this.path}.${process.pid}`;
    writeFileSync(fresh, text(state), { mode: 0o600 });
    try {
      return this.put(fresh);
    } finally {
      rmSync(fresh, { force: true });
    }
  }

  /** Removes the file of a process that has ended, unless another process has replaced it since. */
  discard(found: FoundState): void {
    const aside = `${this.path}.${process.pid}.old`;
    try {
      renameSync(this.path, aside);
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return;
      throw error;
    }
    if (readFileSync(aside, 'utf8') !== found.text) this.put(aside);
    rmSync(aside, { force: true });
  }

  /** Replaces the file atomically: a reader never sees half of it. */
  write(state: InstanceState): void {
    const fresh = `${this.path}.new`;
    writeFileSync(fresh, text(state), { mode: 0o600 });
    renameSync(fresh, this.path);
  }

  remove(): void {
    rmSync(this.path, { force: true });
    rmSync(`${this.path}.new`, { force: true });
  }

  /** Links a written file to this path. @returns false when the path exists. */
  private put(written: string): boolean {
    try {
      linkSync(written, this.path);
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      if (NO_LINKS.includes(codeOf(error) ?? '')) return this.copy(written);
      throw error;
    }
  }

  private copy(written: string): boolean {
    try {
      writeFileSync(this.path, readFileSync(written), { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    }
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code;

function parse(text: string): InstanceState | undefined {
  try {
    return stateSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

const text = (state: InstanceState) => `${JSON.stringify(state, undefined, 2)}\n`;
