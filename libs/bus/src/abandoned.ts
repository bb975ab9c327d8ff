import { LlmosError, type ErrorBody } from '@llmos/contracts';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { DeadLetters } from './dead-letters.js';
import type { Delivery } from './pull-loop.js';
import { eraseMessage } from './erase-message.js';
import { MAX_DELIVERIES } from './topology.js';

/** A message no worker finished. */
export type Abandoned = Pick<Delivery, 'headers' | 'data'>;

interface MaxDeliveriesAdvisory {
  readonly stream: string;
  readonly consumer: string;
  readonly stream_seq: number;
  readonly deliveries: number;
}

/**
 * Handles one "maximum deliveries" advisory: a worker took a message and died, as often as is allowed. The message
 * would stay in its work queue for ever; it is kept as a dead letter and deleted there.
 *
 * @param onDead told of the message, so that the run it belongs to can be ended.
 */
export async function buryAbandoned(
  jsm: JetStreamManager,
  letters: DeadLetters,
  delivery: Delivery,
  onDead: (message: Abandoned, error: ErrorBody) => Promise<void>,
): Promise<void> {
  const advisory = JSON.parse(new TextDecoder().decode(delivery.data)) as MaxDeliveriesAdvisory;
  const message = await jsm.streams.getMessage(advisory.stream, { seq: advisory.stream_seq });
  if (message) {
    const error = new LlmosError(
      'INTERNAL',
      `Given up after ${advisory.deliveries} deliveries: no worker finished it.`,
    ).toBody();
    // Kept first: whatever hinders telling the run, the message must not stay where nobody takes it any more.
    await letters.put({
      service: advisory.consumer.split('_')[0] ?? 'unknown',
      id: `${advisory.stream}:${advisory.stream_seq}`,
      subject: message.subject,
      headers: message.header,
      data: message.data,
      storedAtMs: message.time.getTime(),
      attempts: advisory.deliveries,
      error,
    });
    try {
      await onDead({ headers: message.header, data: message.data }, error);
    } catch (failure) {
      // Told or not, it must not lie in its queue for ever: at the last attempt the letter has to do.
      if (delivery.attempt < MAX_DELIVERIES) throw failure;
    }
    await eraseMessage(jsm, advisory.stream, advisory.stream_seq);
  }
  delivery.ack();
}
