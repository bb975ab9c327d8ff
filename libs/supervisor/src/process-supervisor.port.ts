import type { Check } from '@llmos/contracts';

/** The state of one process, as its `/readyz` reports it. */
export interface ProcessStatus {
  readonly name: string;
  /** Ready means complete: a service that works without one of its parts counts as loading or failed. */
  readonly state: 'ready' | 'loading' | 'failed';
  /** Whether `/readyz` is 200. A gateway can work although a service is missing. */
  readonly canWork: boolean;
  /** Absent while the process is not running. */
  readonly pid?: number;
  readonly url?: string;
  readonly checks: readonly Check[];
}

/**
 * Runs the processes of an installation. {@link LocalSupervisor} keeps one process per app on this machine. An adapter
 * for a cluster asks it for replicas instead, and leaves the restarts to it.
 */
export interface ProcessSupervisor {
  /**
   * Starts the broker and then every service. Resolves when the services are started; {@link status} tells when they
   * are ready.
   *
   * @throws SupervisorError when the data or the broker cannot be used.
   */
  start(signal: AbortSignal): Promise<void>;
  /** The state of the gateway and of every service. */
  status(): Promise<readonly ProcessStatus[]>;
  /** Services that stop again and again. */
  readonly crashing: readonly string[];
  /** Stops the gateway, then the services, then the broker. */
  stop(): Promise<void>;
}
