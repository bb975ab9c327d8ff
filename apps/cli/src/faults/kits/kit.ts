import type { ServerProgram } from '@llmos/supervisor';

type Environment = Readonly<Record<string, string>>;

/**
 * What a private system has beside the plain one, for faults that need it. This one is the plain system. A kit is opened
 * before the system starts and closed when it has stopped.
 */
export class Kit {
  open(_processes: readonly string[]): Promise<void> {
    return Promise.resolve();
  }

  /** What it adds to the environment of a process, given what that is without it. */
  environmentOf(_process: string, _environment: Environment): Environment {
    return {};
  }

  /** The broker's program as this kit starts it. */
  broker(program: ServerProgram): ServerProgram {
    return program;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

export type KitKind<K extends Kit = Kit> = new () => K;
