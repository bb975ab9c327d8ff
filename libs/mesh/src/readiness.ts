import { isLlmosError, type Check } from '@llmos/contracts';
import { retry } from '@llmos/resilience';
import type { Logger } from '@llmos/telemetry';
import { Injectable } from '@nestjs/common';

/** What is known of a start that is under way; see {@link Check}. */
export type StartProgress = Omit<Check, 'name' | 'state'>;

export interface BringOptions {
  /** Ends the attempts; `start` should end on it too. */
  readonly signal: AbortSignal;
  readonly log: Pick<Logger, 'error'>;
  /** The longest pause between a failure and the next attempt; the first pauses are shorter. Default 30,000. */
  readonly retryMs?: number;
  /**
   * What the process does while it lacks the part, in one sentence. Present: the part is optional. After its first
   * failure the check is `ready` with this message, and `bring` repeats the start in the background.
   */
  readonly without?: string;
}

const FIRST_RETRY_MS = 250;
const RETRY_MS = 30_000;

/** What this process still needs before it can work: a capability pulls no task until its checks are `ready`. */
@Injectable()
export class Readiness {
  private readonly checks = new Map<string, Check>();
  private readonly listeners = new Set<() => void>();
  private stopping = false;

  set(check: Check): void {
    this.checks.set(check.name, check);
    for (const listener of this.listeners) listener();
  }

  /**
   * Starts a part of the service in the background, as the check `name`: `loading` with the progress that `start`
   * reports, then `ready`. After a failure the check is `failed` with the reason, and the start is repeated with
   * back-off. Resolves when the part is ready or the signal aborts; never rejects.
   */
  async bring(
    name: string,
    start: (report: (progress: StartProgress) => void) => Promise<void>,
    { signal, log, retryMs = RETRY_MS, without }: BringOptions,
  ): Promise<void> {
    let isWaived = false;
    const loading = (progress: StartProgress = {}) => isWaived || this.set({ ...progress, name, state: 'loading' });
    const attempt = () => {
      loading();
      return start(loading);
    };
    const onFailure = (error: unknown) => {
      log.error({ err: error, part: name, without }, 'a part of the service did not start; the start is repeated');
      const message = isLlmosError(error) ? error.message : unforeseen(name);
      isWaived = without !== undefined;
      this.set(
        isWaived ? { name, state: 'ready', message: `${without} ${message}` } : { name, state: 'failed', message },
      );
    };
    try {
      await retry(attempt, { baseMs: FIRST_RETRY_MS, capMs: retryMs, signal, onFailure });
    } catch {
      // The signal has aborted.
      return;
    }
    this.set({ name, state: 'ready' });
  }

  /** Called after every change. */
  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** From now on the process is not ready, whatever the checks say. */
  stop(): void {
    this.stopping = true;
    for (const listener of this.listeners) listener();
  }

  /** Whether every check is ready. */
  get ready(): boolean {
    return this.waitsFor().length === 0;
  }

  /** The names of the checks that are not ready, except those that the reader does not need. */
  waitsFor(unneeded: readonly string[] = []): string[] {
    const missing = this.all.filter(({ name, state }) => state !== 'ready' && !unneeded.includes(name));
    return [...(this.stopping ? ['shutdown'] : []), ...missing.map(({ name }) => name)];
  }

  /** What a check says; undefined if it says nothing. */
  messageOf(name: string): string | undefined {
    return this.checks.get(name)?.message;
  }

  get all(): Check[] {
    return [...this.checks.values()];
  }
}

function unforeseen(name: string): string {
  return `The part '${name}' could not be started; the log has the reason. The start is repeated.`;
}
