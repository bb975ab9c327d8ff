import type { JetStreamClient, JsMsg } from '@nats-io/jetstream';

/** Reads the headers of what a stream holds under a subject now, oldest first, without taking anything out of it. */
export async function* storedHeaders(js: JetStreamClient, stream: string, filter: string): AsyncGenerator<JsMsg> {
  const consumer = await js.consumers.get(stream, { filter_subjects: filter, headers_only: true });
  if ((await consumer.info(true)).num_pending === 0) return;
  const messages = await consumer.consume({ max_messages: 500 });
  try {
    for await (const message of messages) {
      yield message;
      if (message.info.pending === 0) return;
    }
  } finally {
    messages.stop();
  }
}
