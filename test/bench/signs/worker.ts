// A worker of the benchmark of signs: it works on each task for a second. `worker.ts <url> <ackWaitMs>`
import { Bus, taskConsumer } from '@llmos/bus';
import { setTimeout as pause } from 'node:timers/promises';
import { ECHOES } from '../hop/echo.capability.ts';
import { echoHandler } from '../hop/echo-handler.ts';

const WORK_MS = 1_000;

const [url = '', ackWaitMs] = process.argv.slice(2);
process.on('disconnect', () => process.exit(0));
const bus = await Bus.connect({ url, service: 'bench' });
const handle = await echoHandler(bus, ECHOES.ping, (input) => pause(WORK_MS, input));
bus.consume({ ...taskConsumer('live', ECHOES.ping.name), ackWaitMs: Number(ackWaitMs) }, 2_000, handle);
process.send?.('ready');
