/**
 * What the scheduler costs while nothing happens: it watches one made process for each service, and the queues of all capabilities.
 * After a build, with Node 24 on Linux:
 *
 *     node test/bench/scheduler-idle.bench.ts
 */
import { Bus, taskConsumer } from '@llmos/bus';
import { BUCKETS, LANES, loadCapabilities, serviceOf, type NodeState } from '@llmos/contracts';
import { startNatsServer, startServiceProcess, waitFor } from '@llmos/testing';
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const HEARTBEAT_MS = 3_000;
const WARM_MS = 60_000;
const MEASURED_MS = 60_000;
const TICKS_PER_SECOND = 100;

const nats = await startNatsServer();
/** As the supervisor starts services. */
const env = { NODE_OPTIONS: '--enable-source-maps --max-semi-space-size=2' };
const scheduler = await startServiceProcess({ app: 'scheduler', natsUrl: nats.url, env });
const bus = await Bus.connect({ url: nats.url, service: 'bench' });
const capabilities = [...(await loadCapabilities()).keys()];
for (const capability of capabilities)
  for (const lane of LANES) bus.consume(taskConsumer(lane, capability), 1, () => Promise.resolve());
await waitFor('the consumers', () => bus.pulling, 60_000);
const nodes = await bus.kv(BUCKETS.nodes, { storage: 'memory', ttlMs: 4 * HEARTBEAT_MS });
const services = [...new Set(capabilities.map(serviceOf))];

function heartbeat(service: string): NodeState {
  const own = capabilities.filter((capability) => serviceOf(capability) === service);
  const done = {
    ...{ inWork: 0, ended: { completed: 100 }, retried: 0, handlerSeconds: 3, tokens: 0 },
    ...{ handler: { '0.05': 50, '0.1': 50 }, queue: { '0.01': 100 } },
  };
  return {
    ...{ node: `${service}-made`, service, capabilities: own, waiting: {}, ready: true, checks: [], pid: 1 },
    figures: {
      ...{ upSeconds: performance.now() / 1_000, readySeconds: 2, memoryBytes: 150_000_000, cpuSeconds: 1 },
      ...{ loopDelaySeconds: 0, loopBusy: 0.01, breakers: {} },
      capabilities: Object.fromEntries(own.map((capability) => [capability, done])),
    },
  };
}

setInterval(() => {
  for (const service of services)
    void nodes.put(`${service}-made`, new TextEncoder().encode(JSON.stringify(heartbeat(service))));
}, HEARTBEAT_MS);

/** User and system time of the process so far. */
function processorSeconds(): number {
  const fields = readFileSync(`/proc/${scheduler.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

await pause(WARM_MS);
const [before, fromMs] = [processorSeconds(), performance.now()];
await pause(MEASURED_MS);
const share = (processorSeconds() - before) / ((performance.now() - fromMs) / 1_000);
const status = readFileSync(`/proc/${scheduler.pid}/status`, 'utf8');
const megabytes = (name: string) => Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1]) / 1_024);
const figures = { services: services.length, capabilities: capabilities.length };
console.log(
  JSON.stringify({
    ...figures,
    corePercent: Number((100 * share).toFixed(2)),
    memoryMb: megabytes('VmRSS'),
    /** Without the pages of the node program, which all processes share. */
    ownMb: megabytes('RssAnon'),
  }),
);
process.exit(0);
