// 03: publish an event and read its result, with the package `nats` and nothing of LLM OS.
//
//     npx node examples/03-publish-event.ts "My card has not arrived."
import { randomUUID } from 'node:crypto';
import { connect, headers } from 'nats';
import { broker } from './instance.ts';

interface Result {
  type: string;
  result?: string;
  error?: { code: string; message: string };
}

const text = process.argv[2] ?? 'My card has not arrived.';
const nats = await connect(broker());
const results = nats.subscribe('llmos.out.default.customer_service');

// A CloudEvent in binary mode: its attributes are headers, its data is the pipeline's input.
const id = randomUUID();
const attributes = headers();
attributes.set('ce-specversion', '1.0');
attributes.set('ce-id', id);
attributes.set('ce-source', '/examples');
attributes.set('Nats-Msg-Id', id);
nats.publish('llmos.in.default.customer_service', JSON.stringify({ text }), { headers: attributes });

for await (const message of results) {
  if (message.headers?.get('ce-correlationid') !== id) continue;
  const { type, result, error } = message.json<Result>();
  console.log(`${type}: ${result ?? error?.message}`);
  break;
}
await nats.drain();
