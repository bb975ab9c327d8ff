// 02: receive an answer while it is written, as server-sent events.
//
//     npx node examples/02-stream.ts
import { readFile } from 'node:fs/promises';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import { gateway } from './instance.ts';

const recording = await readFile(new URL('../deploy/samples/questions/card-stolen.wav', import.meta.url));
const form = new FormData();
form.set('name', 'customer_service');
form.set('audio', new Blob([recording]), 'card-stolen.wav');

const response = await fetch(`${gateway}/serving/process`, {
  method: 'POST',
  headers: { accept: 'text/event-stream' },
  body: form,
});
if (!response.body) throw new Error(`the gateway answered ${response.status} without a body`);

const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
for await (const { event, data } of events) {
  const body = JSON.parse(data) as Record<string, unknown>;
  if (event === 'step') console.log('step:', (body['timing'] as { step: string }).step);
  else if (event === 'delta') console.log('delta:', (body['delta'] as { sentence?: string }).sentence);
  else console.log(`${event}:`, body['result'] ?? body['error']);
}
