import { setTimeout as pause } from 'node:timers/promises';
import { isLlmosError, type Check } from '@llmos/contracts';
import type { Logger } from '@llmos/telemetry';
import { Injectable } from '@nestjs/common';

/** What is known of a start that is under way; see {@link Check}. */
export type StartProgress = Omit<Check, 'name' | 'state'>;

export interface BringOptions {
  /** Ends the trying; `start` should end on it too. */
  readonly signal: AbortSignal;
  readonly log: Pick<Logger, 'error'>;
  /** Between a failure and the next try. Default 30,000. */
  readonly retryMs?: number;
  /**
   * What the process does while it lacks the part, in one sentence. Present: the part is optional. After its first
   * failure the check is `ready` with this message, and `bring` repeats the start in the background.
   */
  readonly without?: string;
}

const RETRY_MS = 30_000;

/** What this process still needs before it can work. It pulls no task until every check is `ready`. */
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
   * Starts a part of the process beside everything else, as the check `name`: `loading` with what `start` reports,
   * then `ready`; after a failure `failed` with the reason, and another try after a pause.
   * Resolves when the part is ready or the signal aborts; never rejects.
   */
  async bring(
    name: string,
    start: (report: (progress: StartProgress) => void) => Promise<void>,
    { signal, log, retryMs = RETRY_MS, without }: BringOptions,
  ): Promise<void> {
    let isWaived = false;
    const loading = (progress: StartProgress = {}) => isWaived || this.set({ ...progress, name, state: 'loading' });
    while (!signal.aborted) {
      loading();
      try {
        await start(loading);
        return this.set({ name, state: 'ready' });
      } catch (error) {
        if (signal.aborted) return;
        log.error({ err: error, part: name, without }, 'a part of the service did not start; it is tried again');
        const message = isLlmosError(error) ? error.message : unforeseen(name);
        isWaived = without !== undefined;
        this.set(
          isWaived ? { name, state: 'ready', message: `${without} ${message}` } : { name, state: 'failed', message },
        );
        await pause(retryMs, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
  }

  /** Called after every change. */
  onChange(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** From here on not ready, whatever the checks say. */
  stop(): void {
    this.stopping = true;
    for (const listener of this.listeners) listener();
  }

  get ready(): boolean {
    return !this.stopping && [...this.checks.values()].every((check) => check.state === 'ready');
  }

  get all(): Check[] {
    return [...this.checks.values()];
  }
}

function unforeseen(name: string): string {
  return `The part '${name}' could not be started; the log says why. It is tried again by itself.`;
}
