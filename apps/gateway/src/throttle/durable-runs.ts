import { isTerminal, tagOf, type TerminalAnswer } from '@llmos/contracts';
import type { Bus } from '@llmos/mesh';
import { LRUCache } from 'lru-cache';

const MAX_RUNS = 10_000;

/**
 * Reports the end of each durable run once, when its terminal answer arrives. Runs of other gateways are theirs to
 * report. An end is missed if this process stops before it, or if more runs are under way than are remembered.
 */
export class DurableRuns {
  private readonly tag: string;
  /** Runs stay here after their end, so that a repeated start does not report them again. */
  private readonly runs = new LRUCache<string, { stop(): void }>({
    max: MAX_RUNS,
    dispose: (listening) => listening.stop(),
  });

  constructor(private readonly bus: Pick<Bus, 'listen' | 'newRunId'>) {
    this.tag = tagOf(bus.newRunId());
  }

  /** Call it before the run is started. */
  onEnd(run: string, report: (answer: TerminalAnswer) => void): void {
    // The answers of a run are sent to the gateway whose tag is in the run's id.
    if (tagOf(run) !== this.tag || this.runs.has(run)) return;
    const listening = this.bus.listen(run, (answer) => {
      if (!isTerminal(answer)) return;
      listening.stop();
      report(answer);
    });
    this.runs.set(run, listening);
  }
}
