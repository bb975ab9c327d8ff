import type { JetStreamClient, JsMsg } from '@nats-io/jetstream';

/** When nothing has come for so long, nothing will. */
const QUIET_MS = 1_000;

/** Reads the headers of what a stream holds under a subject now, oldest first, without taking anything out of it. */
export async function* storedHeaders(js: JetStreamClient, stream: string, filter: string): AsyncGenerator<JsMsg> {
  const consumer = await js.consumers.get(stream, { filter_subjects: filter, headers_only: true });
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
