import type { NatsConnection, PublishOptions } from '@nats-io/transport-node';

interface Outgoing {
  readonly subject: string;
  readonly body: Uint8Array;
  readonly options: PublishOptions | undefined;
  readonly onError: (error: unknown) => void;
}

/**
 * Publishes what becomes ready in one turn of the event loop together, in order: one write to the socket. The client writes
 * after the first message of a turn, and again for each that the continuations of other promises publish.
 */
export class Outbox {
  private waiting: Outgoing[] = [];

  constructor(private readonly nc: NatsConnection) {}

  /** @param onError what the client throws, such as for a closed connection. */
  publish(
    subject: string,
    body: Uint8Array,
    options: PublishOptions | undefined,
    onError: (error: unknown) => void,
  ): void {
    // It runs when no promise of this turn is left to continue.
    if (this.waiting.length === 0) process.nextTick(() => this.send());
    this.waiting.push({ subject, body, options, onError });
  }

  private send(): void {
    const ready = this.waiting;
    this.waiting = [];
    for (const { subject, body, options, onError } of ready) {
      try {
        this.nc.publish(subject, body, options);
      } catch (error) {
        onError(error);
      }
    }
  }
}
