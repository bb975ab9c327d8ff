import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { commandOf } from './process-identity.js';
import { StateFile, type InstanceState } from './state-file.js';

const credentialsSchema = z.object({
  services: z.string().min(16),
  tenants: z.object({ default: z.string().min(16) }),
});

/** Passwords of the broker's users: `services`, and one user for each tenant. */
export type Credentials = z.infer<typeof credentialsSchema>;

/** A checkout's place under LLMOS_HOME: its state, its log, its broker's data. Two checkouts share nothing but models. */
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

  /** What a service must know to join this house, as a shell reads it; there while the house runs. */
  get environmentFile(): string {
    return join(this.folder, 'services.env');
  }

  get brokerFolder(): string {
    return join(this.folder, 'nats');
  }

  /** What the supervisor that runs now has written; undefined when none runs, whatever is left on disk. */
  running(): InstanceState | undefined {
    const state = this.state.read();
    return state && isSupervisor(commandOf(state.pid)) ? state : undefined;
  }

  /** The broker's passwords: made once, readable by this user alone. */
  credentials(): Credentials {
    const path = join(this.folder, 'credentials.json');
    try {
      return credentialsSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
    } catch {
      const fresh = {
        services: randomBytes(24).toString('base64url'),
        tenants: { default: randomBytes(24).toString('base64url') },
      };
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      writeFileSync(path, `${JSON.stringify(fresh, undefined, 2)}\n`, { mode: 0o600 });
      return fresh;
    }
  }
}

/** Names a checkout by its path, shortly and the same each time. */
export function checkoutId(root: string): string {
  return createHash('sha256').update(realpathSync(root)).digest('hex').slice(0, 12);
}

/** Whether a command line is that of `llmos up`, however it was called. */
export function isSupervisor(command: string): boolean {
  return /(?:llmos|llmos\.mjs|main\.js)(?: .*)? up(?: |$)/.test(command);
}
