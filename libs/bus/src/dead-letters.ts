import { LlmosError, subjects, type ErrorBody } from '@llmos/contracts';
import type { JetStreamManager } from '@nats-io/jetstream';
import { headers, type MsgHdrs } from '@nats-io/transport-node';
import type { Delivery } from './pull-loop.js';
import type { Publisher } from './publisher.js';
import { isNotFound } from './topology.js';

const PATIENCE_MS = 10_000;

/** A message nobody could process, as it was, with the reason in its headers. */
export interface DeadLetter {
  readonly service: string;
  /** Unique for the message, so that the same one is kept once. */
  readonly id: string;
  readonly subject: string;
  readonly headers: MsgHdrs | undefined;
  readonly data: Uint8Array;
  readonly attempts: number;
  readonly error: ErrorBody;
}

export async function publishDeadLetter(publisher: Publisher, letter: DeadLetter): Promise<void> {
  const h = headers();
  for (const key of letter.headers?.keys() ?? []) {
    // JetStream's own headers (message id, expected sequence …) belong to the first publish.
    if (!key.startsWith('Nats-')) h.set(key, letter.headers!.get(key));
  }
  h.set('llmos-original-subject', letter.subject);
  h.set('llmos-attempts', String(letter.attempts));
  h.set('llmos-error-code', letter.error.code);
  h.set('llmos-reason', letter.error.message.replace(/[\r\n]+/g, ' ').slice(0, 500));
  if (letter.error.field) h.set('llmos-error-field', letter.error.field.replace(/[\r\n]+/g, ' ').slice(0, 200));
  h.set('Nats-Msg-Id', `dlq:${letter.id}`);
  await publisher.publish(subjects.deadLetter(letter.service), letter.data, {
    headers: h,
    deadlineMs: Date.now() + PATIENCE_MS,
  });
}

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
  publisher: Publisher,
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
    await onDead({ headers: message.header, data: message.data }, error);
    await publishDeadLetter(publisher, {
      service: advisory.consumer.split('_')[0] ?? 'unknown',
      id: `${advisory.stream}:${advisory.stream_seq}`,
      subject: message.subject,
      headers: message.header,
      data: message.data,
      attempts: advisory.deliveries,
      error,
    });
    await jsm.streams.deleteMessage(advisory.stream, advisory.stream_seq).catch((error: unknown) => {
      if (!isNotFound(error)) throw error;
    });
  }
  delivery.ack();
}
