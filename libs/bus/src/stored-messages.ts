import type { JetStreamClient, JsMsg } from '@nats-io/jetstream';
import { viaBroker } from './broker-errors.js';

/** When nothing has come for so long, nothing will. */
const QUIET_MS = 1_000;

/** Reads the headers of what a stream holds under a subject now, oldest first, without taking anything out of it. */
export function storedHeaders(js: JetStreamClient, stream: string, filter: string): AsyncGenerator<JsMsg> {
  return stored(js, stream, { filter_subjects: filter, headers_only: true });
}

/** The same with their bodies. */
export function storedMessages(js: JetStreamClient, stream: string, filter: string): AsyncGenerator<JsMsg> {
  return stored(js, stream, { filter_subjects: filter });
}

async function* stored(
  js: JetStreamClient,
  stream: string,
  options: { readonly filter_subjects: string; readonly headers_only?: boolean },
): AsyncGenerator<JsMsg> {
  const consumer = await viaBroker(() => js.consumers.get(stream, options));
  if ((await consumer.info(true)).num_pending === 0) return;
  for (;;) {
    let came = 0;
    for await (const message of await consumer.fetch({ max_messages: 500, expires: QUIET_MS })) {
      came++;
      yield message;
      if (message.info.pending === 0) return;
    }
    // What was there at the start may be purged or expire meanwhile: then nothing more comes.
    if (came === 0) return;
  }
}
