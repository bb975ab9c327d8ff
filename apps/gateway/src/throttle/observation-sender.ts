import type { Observation } from '@llmos/contracts/capabilities/security';
import { throttleMetrics } from './throttle.metrics.js';
import type { ObservationBuffer } from './observation-buffer.js';

export interface SenderOptions {
  readonly buffer: ObservationBuffer;
  readonly batchMs: number;
  /** False while there is nobody to send to: observations wait, the oldest go. */
  readonly reachable: () => boolean;
  /** Hands a batch to the mesh. */
  readonly send: (observations: readonly Observation[]) => Promise<void>;
  readonly onError: (error: unknown) => void;
}

/** So many observations stay below what goes inside a message. */
const MOST_IN_A_BATCH = 1_500;

/** Sends what was observed, a batch at a time, some time after the first observation: an idle gateway sends nothing. */
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

  /** Sends what is left, if that can be done at once. */
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

  /** Never rejects: a batch that cannot be sent is lost, and counted. */
  private async flush(): Promise<void> {
    while (this.options.buffer.size > 0 && this.options.reachable()) {
      const { batch, dropped } = this.options.buffer.takeBatch(MOST_IN_A_BATCH);
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
