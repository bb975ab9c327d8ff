import type { Abandoned, Bus } from '@llmos/bus';
import { toLlmosError, type ErrorBody, type Task } from '@llmos/contracts';
import type { Forwarder } from './forward.js';
import { fromWire } from './task-wire.js';

/** Ends the run of a task that no worker finished, so that a waiting caller receives the error. May be repeated. */
export function endAbandoned(bus: Bus, forwarder: Forwarder): (message: Abandoned, error: ErrorBody) => Promise<void> {
  return async (message, error) => {
    const envelope = bus.envelopeOf(message);
    if (!envelope) return;
    const task = await readTask(bus, message);
    if (task) await forwarder.endRun(envelope, task, { type: 'failed', error }, envelope.traceparent);
    else await bus.runs.publishTerminal(envelope, { type: 'failed', error });
  };
}

async function readTask(bus: Bus, message: Abandoned): Promise<Task | undefined> {
  try {
    return fromWire((await bus.decode(message)).body);
  } catch (error) {
    if (toLlmosError(error).retryable) throw error;
    return undefined;
  }
}
