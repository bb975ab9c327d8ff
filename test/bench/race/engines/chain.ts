// The floor under the product's design: a hand-written chain. Two stored messages a task; no record, no stored result, no
// checks, no deadlines. Step A is acknowledged when the message for B is stored; the answer goes over core NATS.
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, createInbox, nanos } from '@nats-io/transport-node';
import { Waiting, type Call, type Step } from '../engine.ts';

interface Body {
  readonly text: string;
  readonly reply: string;
}

export async function open(url: string): Promise<Call> {
  const nc = await connect({ servers: url });
  const manager = await jetstreamManager(nc);
  const dedup = { duplicate_window: nanos(600_000) };
  await manager.streams.add({ name: 'RACE', subjects: ['race.>'], retention: 'workqueue', storage: 'file', ...dedup });
  for (const name of ['a', 'b']) {
    const consumer = { durable_name: name, filter_subject: `race.${name}`, max_ack_pending: 10_000 };
    await manager.consumers.add('RACE', { ...consumer, ack_policy: 'explicit' });
  }
  const [js, inbox, waiting] = [jetstream(nc), createInbox(), new Waiting()];
  nc.subscribe(`${inbox}.*`, {
    callback: (_, message) => waiting.settle(message.subject, message.json<Body>().text),
  });
  let next = 0;
  return async (text) => {
    const reply = `${inbox}.${next++}`;
    const answer = waiting.for(reply);
    await js.publish('race.a', JSON.stringify({ text, reply }), { msgID: `${reply}:a` });
    return answer;
  };
}

export async function work(url: string, step: Step): Promise<void> {
  const nc = await connect({ servers: url });
  const js = jetstream(nc);
  const consumer = await js.consumers.get('RACE', step);
  const handle = async (body: Body) => {
    if (step === 'a') await js.publish('race.b', JSON.stringify(body), { msgID: `${body.reply}:b` });
    else nc.publish(body.reply, JSON.stringify({ text: body.text }));
  };
  await consumer.consume({
    max_messages: 64,
    callback: (message) => void handle(message.json<Body>()).then(() => message.ack()),
  });
}
