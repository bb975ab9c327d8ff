import type { Bus } from '@llmos/bus';
import { LlmosError } from '@llmos/contracts';
import { RETURN_PATIENCE_MS } from './stand-in.js';

/** A live run that somebody waits for. */
export interface WaitingRun {
  /** The broker is back, and may have lost the task, the answer, or both. */
  resume(): void;
  fail(error: LlmosError): void;
}

/** The live runs that callers of this process wait for. None of them waits for a broker that stays away. */
export class WaitingRuns {
  private readonly runs = new Set<WaitingRun>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly bus: Bus) {
    bus.onReconnect(() => {
      for (const run of this.runs) run.resume();
    });
    bus.onChange(() => this.watch());
  }

  /** @returns removes it. */
  add(run: WaitingRun): () => void {
    this.runs.add(run);
    this.watch();
    return () => this.runs.delete(run);
  }

  private watch(): void {
    if (this.bus.usable) {
      clearTimeout(this.timer);
      this.timer = undefined;
    } else if (this.runs.size > 0) {
      const leftMs = Math.max(0, RETURN_PATIENCE_MS - this.bus.awayMs);
      this.timer ??= setTimeout(() => this.giveUp(), leftMs).unref();
    }
  }

  private giveUp(): void {
    this.timer = undefined;
    if (this.bus.usable) return;
    const error = new LlmosError('UNAVAILABLE', 'The message broker is away. Try again in a moment.');
    for (const run of this.runs) run.fail(error);
  }
}
