import { Bus, taskConsumer } from '@llmos/bus';
import type { Lane } from '@llmos/contracts';
import { MeshClient, RunRecords } from '@llmos/mesh';
import { chain, ECHOES } from '../../hop/echo.capability.ts';
import { echoHandler } from '../../hop/echo-handler.ts';
import type { Call, Engine, Step } from '../engine.ts';

const STEPS = { a: ECHOES.ping, b: ECHOES.pong };
const DEADLINE_MS = 30_000;

/** The mesh as services use it, with all of its promises: checks, records, stored results, deadlines, cancellation. */
export function laneOf(lane: Lane): Engine {
  return {
    async open(url: string): Promise<Call> {
      const bus = await Bus.connect({ url, service: 'race' });
      const client = new MeshClient(bus, await RunRecords.open(bus));
      const pipeline = chain(2);
      const { signal } = new AbortController();
      return async (text) => {
        const context = { run: client.newRun(), tenant: 'race', lane, deadlineMs: Date.now() + DEADLINE_MS };
        const request = { ...context, pipeline, input: { text }, traceparent: undefined };
        const last = await client.converse(request, () => undefined, signal);
        if (last.type !== 'completed') throw new Error(`the run ended as ${JSON.stringify(last)}`);
        return last.result;
      };
    },
    async work(url: string, step: Step): Promise<void> {
      const bus = await Bus.connect({ url, service: 'race' });
      const handle = await echoHandler(bus, STEPS[step]);
      bus.consume(taskConsumer(lane, STEPS[step].name), 64, handle);
    },
  };
}
