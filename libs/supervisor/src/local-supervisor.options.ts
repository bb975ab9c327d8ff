import type { BrokerCount } from './broker/brokers.js';
import type { Instance } from './instance/instance.js';
import type { ModelChoice } from './instance/model-choice.js';
import type { LogFile } from './instance/log-file.js';
import type { ServerProgram } from './processes/server-program.js';
import type { ReplicaCounts } from './replicas/replica-counts.js';
import type { ServiceApp } from './service-apps.js';
import type { EnvironmentOf, InstallationPaths } from './service-environments.js';

export interface LocalSupervisorOptions {
  readonly instance: Instance;
  readonly log: LogFile;
  readonly apps: readonly ServiceApp[];
  readonly server: ServerProgram;
  readonly paths: InstallationPaths;
  /** The redis-server to run, and the megabytes that its data may occupy; absent to run none. */
  readonly redis?: { readonly program: ServerProgram; readonly memoryMb: number } | undefined;
  /** The models that the environment names; they come before those chosen for the instance. */
  readonly models?: ModelChoice;
  readonly natsPort?: number;
  /** How many brokers run: by default as many as the data belongs to, and one for new data. */
  readonly brokers?: BrokerCount | undefined;
  /** Where callers reach the gateways: by default 127.0.0.1, and port 8000 or the next free one. */
  readonly gatewayHost?: string;
  readonly gatewayPort?: number;
  /** How many processes of a service run; one of each that is not named. */
  readonly replicas?: ReplicaCounts;
  /** The folders in which `taskset` is looked for; without it replicas share all processors. */
  readonly searchPath?: string;
  /** A process without a sign of life for this long is killed and restarted, in milliseconds; 0: never. Default 15,000. */
  readonly frozenAfterMs?: number;
  /** Whether nats-server encrypts its files. */
  readonly encryption: boolean;
  /** Sends traces to a collector; absent for no traces. */
  readonly traces?: { readonly searchPath: string; readonly otlpUrl?: string };
  /** Takes a backup and tries it, because the scheduler asks for one; absent: it is refused. */
  readonly takeBackup?: () => Promise<void>;
  readonly environmentOf?: EnvironmentOf;
  readonly startedAt: string;
  /** Receives a line about each event that a person may want to know. */
  readonly report: (line: string) => void;
}
