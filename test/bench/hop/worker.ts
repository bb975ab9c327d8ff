// A worker of the hop benchmark. It echoes over the mesh; the first worker also over raw NATS and Moleculer.
import { Bus, taskConsumer } from '@llmos/bus';
import { ServiceBroker } from 'moleculer';
import { ECHOES } from './echo.capability.ts';
import { echoHandler } from './echo-handler.ts';

const url = process.argv[2]!;
const echo = ECHOES[process.argv[3] as keyof typeof ECHOES];
const bus = await Bus.connect({ url, service: 'bench' });
const handle = await echoHandler(bus, echo);
bus.consume(taskConsumer('live', echo.name), 64, handle);
if (echo === ECHOES.ping) {
  bus.nc.subscribe('bench.raw', { callback: (_, message) => void message.respond(message.data) });
  const broker = new ServiceBroker({
    nodeID: echo.name.replace('.', '-'),
    transporter: { type: 'NATS', options: { url } },
    logger: false,
  });
  broker.createService({ name: 'bench', actions: { echo: (context: { params: unknown }) => context.params } });
  await broker.start();
}
process.send?.('ready');
