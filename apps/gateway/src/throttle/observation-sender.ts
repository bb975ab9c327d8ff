import type { Observation } from '@llmos/contracts/capabilities/security';
import { throttleMetrics } from './throttle.metrics.js';
import type { ObservationBuffer } from './observation-buffer.js';

export interface SenderOptions {
  readonly buffer: ObservationBuffer;
  readonly batchMs: number;
  /** While it is false, observations wait, and the oldest are dropped. */
  readonly reachable: () => boolean;
  readonly send: (observations: readonly Observation[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** A batch of this size fits into one message. */
const MAX_BATCH = 1_500;

/** Sends observations in batches, some time after the first of a batch: an idle gateway sends nothing. */
export class ObservationSender {
  private timer: NodeJS.Timeout | undefined;
  private sending: Promise<void> | undefined;
  private stopped = false;

  constructor(private readonly options: SenderOptions) {}

  add(observation: Observation): void {
    const dropped = this.options.buffer.add(observation);
    if (dropped > 0) throttleMetrics.observations.inc({ outcome: 'dropped' }, dropped);
    this.arm();
  }

  /** Sends the remaining observations if they can be sent at once. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.sending;
    await this.flush();
  }

  private arm(): void {
    if (this.timer !== undefined || this.stopped) return;
    this.timer = setTimeout(() => {
      this.sending = this.flush().then(() => {
        this.timer = undefined;
        if (this.options.buffer.size > 0) this.arm();
      });
    }, this.options.batchMs);
    this.timer.unref();
  }

  /** Never rejects: a batch that cannot be sent is lost and counted. */
  private async flush(): Promise<void> {
    while (this.options.buffer.size > 0 && this.options.reachable()) {
      const { batch, dropped } = this.options.buffer.takeBatch(MAX_BATCH);
      if (dropped > 0) throttleMetrics.observations.inc({ outcome: 'dropped' }, dropped);
      try {
        await this.options.send(batch);
        throttleMetrics.observations.inc({ outcome: 'sent' }, batch.length);
      } catch (error) {
        throttleMetrics.observations.inc({ outcome: 'failed' }, batch.length);
        this.options.onError(error);
        return;
      }
    }
  }
}
