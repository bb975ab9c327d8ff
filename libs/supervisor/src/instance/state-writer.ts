import type { InstanceState, StateFile } from './state-file.js';

/** Keeps the state file up to date. The services work without it; only other commands do not find them. */
export class StateWriter {
  private fault?: string;

  /** @param report receives each fault once. */
  constructor(
    private readonly file: StateFile,
    private readonly report: (line: string) => void,
  ) {}

  write(state: InstanceState): void {
    try {
      this.file.write(state);
      this.fault = undefined;
    } catch (error) {
      const { message } = error as Error;
      if (this.fault !== message) this.report(`  the state file cannot be written (${message})`);
      this.fault = message;
    }
  }
}
