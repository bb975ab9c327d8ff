import { LlmosError, type ErrorBody } from '@llmos/contracts';
import type { JetStreamManager } from '@nats-io/jetstream';
import type { DeadLetters } from './dead-letters.js';
import type { Delivery } from './pull-loop.js';
import { eraseMessage } from './erase-message.js';
import { STREAMS } from './streams.js';
import { MAX_DELIVERIES } from './topology.js';

/** A message that no worker finished. */
export interface Abandoned extends Pick<Delivery, 'subject' | 'headers' | 'data'> {
  /** Unique per message, the same for each call. */
  readonly id: string;
}

interface MaxDeliveriesAdvisory {
  readonly stream: string;
  readonly consumer: string;
  readonly stream_seq: number;
  readonly deliveries: number;
}

/**
 * Handles one "maximum deliveries" advisory: every delivery of the message failed without an answer of its worker. The
 * message would stay in its work queue for ever, so it is stored as a dead letter and deleted from the queue.
 *
 * @param endRun ends the run of the message.
 */
export async function deadLetterAbandoned(
  jsm: JetStreamManager,
  deadLetters: DeadLetters,
  delivery: Delivery,
  endRun: (message: Abandoned, error: ErrorBody) => Promise<void>,
): Promise<void> {
  const advisory = JSON.parse(new TextDecoder().decode(delivery.data)) as MaxDeliveriesAdvisory;
  // An advisory that could not be handled five times leads to one about itself, and that to the next, for ever.
  if (advisory.stream === STREAMS.advisories) return delivery.ack();
  const message = await jsm.streams.getMessage(advisory.stream, { seq: advisory.stream_seq });
  if (message) {
    const error = givenUp(advisory).toBody();
    const id = `${advisory.stream}:${advisory.stream_seq}`;
    // Stored first: the dead letter must exist even if ending the run fails.
    await deadLetters.put({
      service: advisory.consumer.split('_')[0] ?? 'unknown',
      id,
      subject: message.subject,
      headers: message.header,
      data: message.data,
      storedAtMs: message.time.getTime(),
      attempts: advisory.deliveries,
      error,
    });
    try {
      await endRun({ id, subject: message.subject, headers: message.header, data: message.data }, error);
    } catch (failure) {
      // After the last attempt the message must leave its queue although its run has not ended.
      if (delivery.attempt < MAX_DELIVERIES) throw failure;
    }
    await eraseMessage(jsm, advisory.stream, advisory.stream_seq);
  }
  delivery.ack();
}

/** Whoever waits for a live task can ask again: its workers died with it, or stood still. */
function givenUp({ stream, deliveries }: MaxDeliveriesAdvisory): LlmosError {
  return stream === STREAMS.tasksLive
    ? new LlmosError('UNAVAILABLE', `The service went away ${deliveries} times while it worked on this. Try again.`)
    : new LlmosError('INTERNAL', `Given up after ${deliveries} deliveries: no worker finished it.`);
}
