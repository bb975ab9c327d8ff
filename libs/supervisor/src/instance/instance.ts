import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { commandOf } from '../processes/process-identity.js';
import { ModelChoices } from './model-choice.js';
import { StateFile, type InstanceState } from './state-file.js';

type Passwords = Record<string, string>;

const newPassword = () => randomBytes(24).toString('base64url');
const password = z.string().min(16).default(newPassword);
const tenantPasswords = z.object({ default: password }).prefault({});
const credentialsSchema = z.object({
  services: password,
  tenants: tenantPasswords,
  operators: tenantPasswords,
  processes: z.record(z.string(), password).default({}),
  redis: password,
});

/**
 * The passwords of the broker's users: `services`, which has no limits, for each tenant one user for callers and one for
 * operators, and one user for each process. `redis` is that of the services' user in Redis.
 */
export type Credentials = z.infer<typeof credentialsSchema>;

/** The folder of a checkout under LLMOS_HOME: state, log and data of the broker. Checkouts share only the models. */
export class Instance {
  readonly folder: string;
  readonly state: StateFile;
  /** The models that `llmos models use` chose. */
  readonly models: ModelChoices;

  constructor(
    readonly home: string,
    readonly root: string,
  ) {
    this.folder = join(home, 'instances', checkoutId(root));
    this.state = new StateFile(join(this.folder, 'state.json'));
    this.models = new ModelChoices(this.folder);
  }

  get id(): string {
    return checkoutId(this.root);
  }

  get logFile(): string {
    return join(this.folder, 'log.jsonl');
  }

  /** The environment of a service that is started by hand, in shell syntax; exists while the instance runs. */
  get environmentFile(): string {
    return join(this.folder, 'services.env');
  }

  /** The environments of the supervised processes, each with the credentials of its own user. */
  get environmentsFolder(): string {
    return join(this.folder, 'environments');
  }

  get brokerFolder(): string {
    return join(this.folder, 'nats');
  }

  get redisFolder(): string {
    return join(this.folder, 'redis');
  }

  removeEnvironments(): void {
    rmSync(this.environmentFile, { force: true });
    rmSync(this.environmentsFolder, { recursive: true, force: true });
  }

  /** The state of the running supervisor; undefined when none runs, whatever is left on disk. */
  running(): InstanceState | undefined {
    const state = this.state.read();
    return state && isSupervisor(commandOf(state.pid)) ? state : undefined;
  }

  /**
   * The passwords of the broker and of Redis, generated once and readable by this user alone. Missing ones are added to
   * the file. Commands that run at the same time agree: the first file stays, and nobody reads half of one.
   *
   * @param processes the processes that need a user.
   */
  credentials(processes: readonly string[] = []): Credentials {
    const path = join(this.folder, 'credentials.json');
    const stored = storedCredentials(path);
    const known = credentialsSchema.parse(stored ?? {});
    const users = processes.map((process) => [process, known.processes[process] ?? newPassword()]);
    const credentials = { ...known, processes: { ...known.processes, ...Object.fromEntries(users) } as Passwords };
    if (JSON.stringify(stored) === JSON.stringify(credentials)) return credentials;
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    const isStored = store(path, `${JSON.stringify(credentials, undefined, 2)}\n`, stored !== undefined);
    return isStored ? credentials : this.credentials(processes);
  }
}

/**
 * Writes the file completely or not at all.
 *
 * @returns false when it was to be a new file, and another process has written one meanwhile.
 */
function store(path: string, text: string, replaces: boolean): boolean {
  const draft = `${path}.${randomUUID()}`;
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx', flush: true });
    if (replaces) renameSync(draft, path);
    else linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return false;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The content of the file; empty when it cannot be used, undefined when there is none. */
function storedCredentials(path: string): unknown {
  try {
    const stored: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return credentialsSchema.safeParse(stored).success ? stored : {};
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? undefined : {};
  }
}

/** A short, stable name of a checkout, derived from its path. */
export function checkoutId(root: string): string {
  return createHash('sha256').update(realpathSync(root)).digest('hex').slice(0, 12);
}

/** Whether a command line is that of `llmos up` or `llmos restore`, however they were called. */
export function isSupervisor(command: string): boolean {
  return /(?:llmos|llmos\.mjs|main\.js)(?: .*)? (?:up|restore)(?: |$)/.test(command);
}
