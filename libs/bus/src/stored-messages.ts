import type { JetStreamClient, JsMsg } from '@nats-io/jetstream';
import { viaBroker } from './broker-errors.js';

/** A fetch without a message for this long means that there are no more. */
const QUIET_MS = 1_000;

/** Reads the headers of the messages that a stream now holds under a subject, oldest first. It removes nothing. */
export function storedHeaders(js: JetStreamClient, stream: string, filter: string): AsyncGenerator<JsMsg> {
  return stored(js, stream, { filter_subjects: filter, headers_only: true });
}

/** {@link storedHeaders} with the bodies. */
export function storedMessages(js: JetStreamClient, stream: string, filter: string): AsyncGenerator<JsMsg> {
  return stored(js, stream, { filter_subjects: filter });
}

async function* stored(
  js: JetStreamClient,
  stream: string,
  options: { readonly filter_subjects: string; readonly headers_only?: boolean },
): AsyncGenerator<JsMsg> {
  const consumer = await viaBroker(() => js.consumers.get(stream, options));
  try {
    if ((await consumer.info(true)).num_pending === 0) return;
    for (;;) {
      let received = 0;
      for await (const message of await consumer.fetch({ max_messages: 500, expires: QUIET_MS })) {
        received++;
        yield message;
        if (message.info.pending === 0) return;
      }
      // Messages can be purged or expire during the read.
      if (received === 0) return;
    }
  } finally {
    // The broker would keep it for some minutes more.
    await consumer.delete().catch(() => undefined);
  }
}
