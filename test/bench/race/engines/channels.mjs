// Moleculer Channels on JetStream: two stored messages a task, each in a stream of its own that keeps them; no record, no
// stored result, no ids of messages. The answer goes over core NATS.
import { Middleware } from '@moleculer/channels';
import { ServiceBroker } from 'moleculer';
import { connect } from 'nats';
import { Waiting } from '../engine.ts';

const brokerOf = (url, nodeID) =>
  new ServiceBroker({
    nodeID,
    logger: false,
    middlewares: [Middleware({ adapter: { type: 'NATS', options: { nats: { url } } } })],
  });

export async function open(url) {
  const [broker, nc, waiting] = [brokerOf(url, 'sender'), await connect({ servers: new URL(url).host }), new Waiting()];
  nc.subscribe('answers', { callback: (_, message) => (({ id, text }) => waiting.settle(id, text))(message.json()) });
  await broker.start();
  let next = 0;
  return async (text) => {
    const id = `t${next++}`;
    const answer = waiting.for(id);
    await broker.sendToChannel('race-a', { id, text });
    return answer;
  };
}

export async function work(url, step) {
  const broker = brokerOf(url, step);
  const nc = await connect({ servers: new URL(url).host });
  const handlers = {
    a: (payload) => broker.sendToChannel('race-b', payload),
    b: (payload) => nc.publish('answers', JSON.stringify(payload)),
  };
  const handler = async (payload) => void (await handlers[step](payload));
  broker.createService({ name: step, channels: { [`race-${step}`]: { group: step, maxInFlight: 64, handler } } });
  await broker.start();
}
