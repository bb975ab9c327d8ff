/**
 * A service of one capability, as a process of its own, in which a fault can be planted: the message `{fault}` of its parent.
 * It is the mesh of every service, without Nest.
 */
import { LANES, type Capability } from '@llmos/contracts';
import {
  Cancellations,
  Forwarder,
  joinMesh,
  newProcess,
  onShutdown,
  openProcess,
  readConfig,
  startHealthServer,
  taskChain,
  taskMetrics,
} from '@llmos/mesh';
import { taskConsumer } from '@llmos/bus';
import { setTimeout as pause } from 'node:timers/promises';
import { workOf, type Fault } from './faulty-services.ts';

const LEAK_BYTES = 500_000;
const LEAK_EVERY_MS = 200;
const WORK_MS = 30;
const SLOW_MS = 2_000;

const service = process.argv[2]!;
const contract: Capability = workOf(service);
let fault: Fault | undefined;
const leaked: Buffer[] = [];

const own = newProcess(readConfig(service, {}));
onShutdown(own);
const health = await startHealthServer({
  service,
  host: '127.0.0.1',
  port: 0,
  health: () => ({ ready: true, checks: [] }),
});
const context = await openProcess(own);
const { bus, records, breakers, log } = context;
const chain = taskChain(
  contract,
  async (input) => {
    await pause(fault === 'slow' ? SLOW_MS : WORK_MS);
    if (fault === 'errors') throw new Error('planted');
    return input;
  },
  { bus, records, log, cancellations: new Cancellations(bus), forwarder: new Forwarder(bus, records, breakers) },
);
const inWork = taskMetrics.inWork.labels(contract.name);
await joinMesh(context, {
  url: health.url,
  capabilities: () => [{ name: contract.name, waitsFor: [] }],
  startPulling: () => {
    for (const lane of LANES)
      bus.consume(taskConsumer(lane, contract.name), 8, async (delivery) => {
        inWork.inc();
        await chain(delivery).finally(() => inWork.dec());
      });
  },
  stopPulling: (graceMs) => bus.stopPulling(graceMs),
});

setInterval(() => {
  if (fault === 'leak') leaked.push(Buffer.alloc(LEAK_BYTES, 1));
}, LEAK_EVERY_MS);
process.on('message', (message: { readonly fault?: Fault }) => {
  fault = message.fault ?? fault;
  // Its loops stand still, and it does not know.
  if (message.fault === 'stuck') void bus.stopPulling(0);
});
