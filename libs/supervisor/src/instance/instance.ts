import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
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
   * The passwords of the broker and of Redis, generated once and readable by this user alone. Missing ones are added to the file.
   *
   * @param processes the processes that need a user.
   */
  credentials(processes: readonly string[] = []): Credentials {
    const path = join(this.folder, 'credentials.json');
    const stored = storedCredentials(path);
    const known = credentialsSchema.parse(stored);
    const users = processes.map((process) => [process, known.processes[process] ?? newPassword()]);
    const credentials = { ...known, processes: { ...known.processes, ...Object.fromEntries(users) } as Passwords };
    if (JSON.stringify(stored) === JSON.stringify(credentials)) return credentials;
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    writeFileSync(path, `${JSON.stringify(credentials, undefined, 2)}\n`, { mode: 0o600 });
    return credentials;
  }
}

/** The content of the file; empty when it cannot be used. */
function storedCredentials(path: string): unknown {
  try {
    const stored: unknown = JSON.parse(readFileSync(path, 'utf8'));
    return credentialsSchema.safeParse(stored).success ? stored : {};
  } catch {
    return {};
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
