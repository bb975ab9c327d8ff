import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { commandOf } from '../processes/process-identity.js';
import { StateFile, type InstanceState } from './state-file.js';

const password = z
  .string()
  .min(16)
  .default(() => randomBytes(24).toString('base64url'));
const tenantPasswords = z.object({ default: password }).prefault({});
const credentialsSchema = z.object({ services: password, tenants: tenantPasswords, operators: tenantPasswords });

/** The passwords of the broker's users: `services`, and for each tenant one user for callers and one for operators. */
export type Credentials = z.infer<typeof credentialsSchema>;

/** The folder of a checkout under LLMOS_HOME: state, log and data of the broker. Checkouts share only the models. */
export class Instance {
  readonly folder: string;
  readonly state: StateFile;

  constructor(
    readonly home: string,
    readonly root: string,
  ) {
    this.folder = join(home, 'instances', checkoutId(root));
    this.state = new StateFile(join(this.folder, 'state.json'));
  }

  get id(): string {
    return checkoutId(this.root);
  }

  get logFile(): string {
    return join(this.folder, 'log.jsonl');
  }

  /** The environment of the services in shell syntax; exists while the instance runs. */
  get environmentFile(): string {
    return join(this.folder, 'services.env');
  }

  get brokerFolder(): string {
    return join(this.folder, 'nats');
  }

  /** The state of the running supervisor; undefined when none runs, whatever is left on disk. */
  running(): InstanceState | undefined {
    const state = this.state.read();
    return state && isSupervisor(commandOf(state.pid)) ? state : undefined;
  }

  /** The broker's passwords, generated once and readable by this user alone. Missing ones are added to the file. */
  credentials(): Credentials {
    const path = join(this.folder, 'credentials.json');
    const stored = storedCredentials(path);
    const credentials = credentialsSchema.parse(stored);
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
